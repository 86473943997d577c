"""Connections that stay open: sockets, the tickets that open them, the bus between processes. Without a domain of its own."""
