"""Print rbac.jsonl: what kubectl makes of bindings. Needs kubectl, no server: python3 rbac_vectors.py > rbac.jsonl"""

import json
import subprocess

SUBJECTS = """lukasz@kubermatic.com|o'brien@acme.com|Bob+tag@acme.com|müller@exämple.de|yes|no|null|~|0123|1e10|2026-01-01|-|- x|-x
a: b|a #b|#a|@a|`a`|%a|&a|*a|!a||a|>a|'a|"a|[a|{a|]a|}a|,a|?|? a|?a|:a|x:| a|a |a,b|a\\b|a\\|a"b|a$b|$(id)|a;b|a`b`|=|<<|---|...|<a&b>
😀@acme.com|a\u00a0b|a\u200bb|\u00e9|e\u0301|a=b|system:masters|oidc:admins|https://idp.example.com#sub|DOMAIN\\user|true|.5|1:20|+1|0x1F"""
LONG = [
    "word " * 30 + "end",
    "x" * 100 + " y z  w" + " end" * 20,
    "# " + "word " * 30 + "end",
    '" ' + "word " * 30 + "😀 end",
    "l" * 1000,
]


def vector(name, role, users=(), groups=(), namespace=None, role_kind="ClusterRole"):
    kind = "rolebinding" if namespace else "clusterrolebinding"
    command = ["kubectl", "create", kind, name, "--dry-run=client", "-o", "yaml", "--kubeconfig=/dev/null"]
    command += [f"--{role_kind.lower()}={role}"]
    command += [f"--user={user}" for user in users] + [f"--group={group}" for group in groups]
    command += [f"--namespace={namespace}"] if namespace else []
    yaml = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    line = dict(name=name, role=role, role_kind=role_kind, namespace=namespace, users=users, groups=groups, yaml=yaml)
    print(json.dumps(line, ensure_ascii=False))


texts = [text for line in SUBJECTS.split("\n") for text in line.split("|") if text] + LONG
vector("lukaszviewer", "view", ["lukasz@kubermatic.com"])
vector("b", "view", ["b@x.y", "a@x.y"], ["oidc:b", "oidc:a"])
vector("b", "view", ["b@x.y"], ["oidc:b"], "dev")
vector("b", "namespace-viewer", [], ["oidc:b"], "no", "Role")
for index, text in enumerate(texts):
    vector("b", "view", [text], [f"oidc:{text}"], "0123" if index % 2 else None)
for text in texts:
    if not set("/%") & set(text) and text[0] != "-" and text != "..":
        vector(text, text, ["a@x.y"])
for text in ["a:b", "system:node", "Ünï", "a b"]:
    vector(text, text, ["a@x.y"], [], "n" * 63, "Role")
