#!/usr/bin/env python3
"""A step plugin: the release waits until an approval says yes or no.

    steps:
      - plugin:
          name: acme/approve
          config: {url: "http://approvals.example.com/shop/web"}

The URL answers {"decision": "approved" | "rejected" | "pending", "by": "..."}. It is looked at once a minute. When the
release ends before it was decided, there is nothing to take back: Terminate and Abort succeed at once.
"""

import json
import sys
import urllib.request


def answer(request):
    if request["verb"] != "run":
        return {"phase": "Successful"}
    status = request.get("status") or {}
    looks = status.get("looks", 0) + 1
    with urllib.request.urlopen(request["config"]["url"], timeout=10) as response:
        said = json.load(response)
    decision, person = said.get("decision", "pending"), said.get("by", "somebody")
    if decision == "approved":
        return {"phase": "Successful", "message": f"approved by {person}", "status": {"looks": looks}}
    if decision == "rejected":
        return {"phase": "Failed", "message": f"rejected by {person}", "status": {"looks": looks}}
    message = f"nobody has decided, {looks} looks"
    return {"phase": "Running", "message": message, "requeueAfter": 60, "status": {"looks": looks}}


request = json.loads(sys.stdin.readline())
try:
    reply = answer(request)
except Exception as error:  # Whatever it is, it is one line, and Serin asks again.
    reply = {"phase": "Error", "message": f"{type(error).__name__}: {error}"}
print(json.dumps({"version": 1, **reply}))
