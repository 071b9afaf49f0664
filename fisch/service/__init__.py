"""A setup shared with other users: connections to `hicannx service` over a websocket, and the messages that travel.

`messages` is the whole protocol: MessagePack frames, words as bytes, never code. Connections need the package websockets (extra `service`).
"""
