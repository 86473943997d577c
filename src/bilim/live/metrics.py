"""Figures of sockets, beside those of requests: a connection that stays open has no place in a histogram of answers' seconds."""

from prometheus_client import Counter, Gauge

sockets = Gauge("bilim_sockets", "Open sockets.", multiprocess_mode="livesum")
messages = Counter("bilim_socket_messages", "Messages of sockets.", ("direction",))
closed = Counter("bilim_sockets_closed", "Sockets that ended, by the server's reason or `client`.", ("code",))

received = messages.labels("in")
sent = messages.labels("out")
