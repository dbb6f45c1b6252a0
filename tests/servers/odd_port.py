"""odd_port.py reset|silent ADDRESS PORT: accepts connections; resets them, or says nothing."""
import socket
import struct
import sys
import time

kind, address, port = sys.argv[1:]
listener = socket.create_server((address, int(port)),
                                family=socket.AF_INET6 if ':' in address else socket.AF_INET)
held = []
while True:
    connection, _ = listener.accept()
    if kind == 'reset':
        time.sleep(0.2)  # after the client has seen that it is connected
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        connection.close()
    else:
        held.append(connection)
