"""Two ends of a cable: this network, which has rules or none, and another that knocks. Prints a line for each knock:
"in ADDRESS PORT open|closed" from the other end, "out USER PORT open|closed" to it. Run as root in a network of its own.
"""
import os
import socket
import subprocess
import sys
import time

INWARDS = (22, 25, 80, 443, 587, 8080, 8081)
OUTWARDS = (("tip-service", (443, 587, 4444)), ("root", (443, 4444)), ("debian-tor", (4444,)), ("nobody", (443,)))
USERS = {"tip-service": 60001, "root": 0, "debian-tor": 60003, "nobody": 65534}
# The first of each pair is ours. 192.0.2.0/24 and 2001:db8::/32 are the administrators' in the values.
CABLE = (("192.0.2.1", "192.0.2.9", 24), ("203.0.113.1", "203.0.113.9", 24),
         ("2001:db8::1", "2001:db8::9", 64), ("fd00:7731::1", "fd00:7731::9", 64))

LISTEN = """
import select, socket, sys
ends = [socket.create_server(("::", int(port)), family=socket.AF_INET6, dualstack_ipv6=True) for port in sys.argv[1:]]
print("ready", flush=True)
while True:
    for end in select.select(ends, [], [])[0]:
        end.accept()
"""
CONNECT = """
import socket, sys
source, target, port = sys.argv[1:]
try:
    socket.create_connection((target, int(port)), timeout=0.6, source_address=(source, 0) if source else None)
    print("open")
except OSError:
    print("closed")
"""


def ip(*words, inside=()):
    subprocess.run([*inside, "ip", *words], check=True)


def lay_cable(there):
    ip("link", "set", "lo", "up")
    ip("link", "add", "here", "type", "veth", "peer", "name", "there")
    ip("link", "set", "there", "netns", there[2])
    for ours, theirs, length in CABLE:
        nodad = ["nodad"] if ":" in ours else []
        ip("addr", "add", f"{ours}/{length}", "dev", "here", *nodad)
        ip("addr", "add", f"{theirs}/{length}", "dev", "there", *nodad, inside=there)
    ip("link", "set", "here", "up")
    ip("link", "set", "there", "up", inside=there)


def listen(ports, inside=()):
    child = subprocess.Popen([*inside, sys.executable, "-c", LISTEN, *map(str, ports)], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "ready\n"
    return child


def knock(source, target, port, inside=(), user=None):
    command = [*inside, sys.executable, "-c", CONNECT, source, target, str(port)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, user=user)
    return done.stdout.strip()


def main():
    other = subprocess.Popen(["unshare", "--net", "sleep", "120"])
    mine = os.readlink("/proc/self/ns/net")
    while os.readlink(f"/proc/{other.pid}/ns/net") == mine:
        time.sleep(0.01)
    there = ["nsenter", "-t", str(other.pid), "-n"]
    children = [other]
    try:
        lay_cable(there)
        children.append(listen(INWARDS))
        children.append(listen(sorted({port for _, ports in OUTWARDS for port in ports}), inside=there))
        for ours, theirs, _ in CABLE:
            for port in INWARDS:
                print("in", theirs, port, knock(theirs, ours, port, inside=there))
        for user, ports in OUTWARDS:
            for port in ports:
                print("out", user, port, knock("", "192.0.2.9", port, user=USERS[user]))
    finally:
        for child in children:
            child.kill()


main()
