"""states.py - one socket in every TCP state that can be made, for IPv4 or IPv6, with what is true of each.

Each fact: state, local and peer as (addr, port), inode (None: the kernel has none) and whether this process
holds it. Wants a network namespace of its own. Uses only documented behaviour of TCP:
a peer that does not read closes its window, so a FIN behind unsent data stays unsent.
"""

import socket

from world import inode, port


class Fact:
    def __init__(self, state, sock=None, local=None, peer=None, held=True, proto="tcp"):
        self.proto, self.state, self.held = proto, state, held
        self.local = local or sock.getsockname()[:2]
        self.peer = peer
        self.inode = inode(sock) if held else None

    def __repr__(self):
        return f"{self.proto} {self.state} {self.local} -> {self.peer} inode {self.inode}"


def connected(state, sock):
    return Fact(state, sock, peer=sock.getpeername()[:2])


def make(w, addr, wire_addr):
    """All of them on addr, the half-open one on wire_addr (World.veth). Returns the facts."""
    facts = []
    listener = w.listen(addr, backlog=64)
    facts.append(Fact("LISTEN", listener))

    client, server = w.pair(listener)
    facts += [connected("ESTABLISHED", client), connected("ESTABLISHED", server)]

    lazy = w.listen(addr)
    waiting = w.connect(lazy)  # nobody accepts it: no inode, no holder
    facts += [Fact("LISTEN", lazy), connected("ESTABLISHED", waiting),
              Fact("ESTABLISHED", local=waiting.getpeername()[:2], peer=waiting.getsockname()[:2], held=False)]

    facts += closed_by_one(w, listener) + stuck(w, listener) + passing(w, listener)

    full = w.listen(addr, backlog=0)
    first = w.connect(full)
    facts += [Fact("LISTEN", full), connected("ESTABLISHED", first),
              Fact("ESTABLISHED", local=first.getpeername()[:2], peer=first.getsockname()[:2], held=False)]
    second = w.connect(full, wait=False)  # the queue is full: the SYN is dropped
    w.await_state(second, "SYN_SENT")
    facts.append(Fact("SYN_SENT", second, peer=full.getsockname()[:2]))

    wire = w.listen(wire_addr)
    w.inject_syn(wire_addr, port(wire), 40001)
    facts += [Fact("LISTEN", wire),
              Fact("SYN_RECV", local=wire.getsockname()[:2], peer=("fd09::2" if ":" in addr else "10.9.0.2", 40001),
                   held=False)]

    facts.append(Fact("BOUND", w.bind(socket.SOCK_STREAM, addr)))
    return facts


def closed_by_one(w, listener):
    client, server = w.pair(listener)
    client.shutdown(socket.SHUT_WR)
    w.await_state(client, "FIN_WAIT2")
    w.await_state(server, "CLOSE_WAIT")
    facts = [connected("FIN_WAIT2", client), connected("CLOSE_WAIT", server)]

    client, server = w.pair(listener)
    gone = Fact("FIN_WAIT2", local=client.getsockname()[:2], peer=client.getpeername()[:2], held=False)
    client.close()
    w.await_state(server, "CLOSE_WAIT")
    return facts + [gone, connected("CLOSE_WAIT", server)]


def stuck(w, listener):
    """States in which a FIN waits behind data that the peer does not read."""
    facts = []
    client, server = w.pair(listener)
    w.fill(client)
    client.shutdown(socket.SHUT_WR)
    w.await_state(client, "FIN_WAIT1")
    facts += [connected("FIN_WAIT1", client), connected("ESTABLISHED", server)]

    client, server = w.pair(listener)
    w.fill(client)
    facts += [Fact("FIN_WAIT1", local=client.getsockname()[:2], peer=client.getpeername()[:2], held=False),
              connected("ESTABLISHED", server)]
    client.close()

    client, server = w.pair(listener)
    w.fill(client)
    server.shutdown(socket.SHUT_WR)
    w.await_state(client, "CLOSE_WAIT")
    client.shutdown(socket.SHUT_WR)
    w.await_state(client, "LAST_ACK")
    w.await_state(server, "FIN_WAIT2")
    facts += [connected("LAST_ACK", client), connected("FIN_WAIT2", server)]

    client, server = w.pair(listener)
    w.fill(client)
    w.fill(server)
    client.shutdown(socket.SHUT_WR)
    server.shutdown(socket.SHUT_WR)
    w.drain(client)  # takes the server's FIN; ours is still unsent
    w.await_state(client, "CLOSING")
    w.await_state(server, "FIN_WAIT2")
    return facts + [connected("CLOSING", client), connected("FIN_WAIT2", server)]


def passing(w, listener):
    client, server = w.pair(listener)
    local, peer = client.getsockname()[:2], client.getpeername()[:2]
    client.shutdown(socket.SHUT_WR)
    w.await_state(server, "CLOSE_WAIT")
    server.close()
    client.close()
    return [Fact("TIME_WAIT", local=local, peer=peer, held=False)]


def make_udp(w, addr):
    bound = w.udp(addr)
    connected_udp = w.udp(addr)
    connected_udp.connect(bound.getsockname()[:2])
    return [Fact("CLOSE", bound, proto="udp"),
            Fact("ESTABLISHED", connected_udp, peer=bound.getsockname()[:2], proto="udp")]
