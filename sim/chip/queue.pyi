class EventQueue:
    size: int
