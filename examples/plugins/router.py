#!/usr/bin/env python3
"""A router plugin: the weights of a rollout's Services in a file that a load balancer reads.

    trafficRouting:
      plugins:
        acme/balancer: {map: shop}

The folder is the first argument, so that no Rollout can name a file of its own choice:

    trafficRouterPlugins: |
      - name: acme/balancer
        location: file:///plugins/router.py
        args: [/var/lib/balancer]

The file NAMESPACE.MAP.map has a line for each Service, such as `web-canary 20`, below one that says whose it is. Who
reloads the balancer copies the file to NAMESPACE.MAP.map.loaded: as long as such a copy is there and another one, the
balancer does not follow yet.
"""

import json
import os
import re
import sys


def owner(request):
    return f"# {request['rollout']['namespace']}/{request['rollout']['name']}"


def place(request):
    name = (request.get("config") or {}).get("map", request["rollout"]["name"])
    if not re.fullmatch(r"[a-z0-9-]{1,63}", name):
        raise ValueError(f"{name!r} is no name for a map")
    return os.path.join(sys.argv[1], f"{request['rollout']['namespace']}.{name}.map")


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return None


def observe(request, path):
    text = read(path)
    if text is None:
        return {"state": None}
    whose, *lines = text.splitlines()
    if whose != owner(request):
        raise ValueError(f"{path} belongs to {whose.removeprefix('# ')}")
    weights = [line.split() for line in lines]
    destinations = [{"service": service, "weight": int(weight)} for service, weight in weights]
    answer = {"state": {"destinations": destinations, "routes": []}}
    loaded = read(path + ".loaded")
    if loaded is not None:
        answer["verified"] = loaded == text
    return answer


def apply(request, path):
    state = request["state"]
    if state["routes"]:
        raise ValueError("a map of weights has no header or mirror routes")
    observe(request, path)  # Nothing is written over somebody else's file.
    lines = sorted(f"{each['service']} {each['weight']}" for each in state["destinations"])
    # A reader sees the old file or the new one, whenever this program is killed.
    with open(path + ".new", "w", encoding="utf-8") as file:
        file.write("\n".join([owner(request), *lines]) + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)
    return observe(request, path)


request = json.loads(sys.stdin.readline())
try:
    reply = {"observe": observe, "apply": apply}[request["verb"]](request, place(request))
except Exception as error:  # Whatever it is, it is one line, and Serin asks again.
    reply = {"error": f"{type(error).__name__}: {error}"}
print(json.dumps({"version": 1, **reply}))
