"""Helpers around the packages."""
