#!/usr/bin/python3
"""Prints what the installed programs are linked with, as CycloneDX 1.5:

    sbom.py INSTALLED VERSION

INSTALLED is a folder with the files of `make install` or of the package. Libraries
that the programs need are required; those that they load when they first need them
are optional, with what these need. dpkg says what package and version each is, and
debian/copyright its licence. data/common-passwords/README has the lists that are
compiled in.
$SOURCE_DATE_EPOCH is the time that it tells."""

import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.parse
import uuid

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOADED = re.compile(rb"(?<=\0)(lib[a-z0-9+.-]+\.so\.[0-9]+)(?=\0)")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def programs(installed):
    """The ELF files there."""
    for path in sorted(pathlib.Path(installed).rglob("*")):
        if path.is_file() and not path.is_symlink():
            with open(path, "rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def libraries(installed):
    """The name of each library, and whether a program starts without it."""
    needs, loaded = {}, set()
    for path in programs(installed):
        needs[path.name] = set(re.findall(r"\(NEEDED\).*\[(.*)\]",
                                          run("readelf", "-dW", path)))
        loaded |= {name.decode() for name in LOADED.findall(path.read_bytes())}
    own = {path.name for path in pathlib.Path(installed).rglob("*.so*")}
    every = set().union(*needs.values())
    later = own - every
    needed = set().union(*(needs[name] for name in needs.keys() - later))
    for name in sorted((every | loaded) - own):
        yield name, name not in needed


def where(name):
    """Where the loader finds it, or None."""
    for line in run("/sbin/ldconfig", "-p").splitlines():
        found = re.match(r"\s+(\S+) \(.*x86-64.*\) => (\S+)", line) or \
            re.match(r"\s+(\S+) \(.*\) => (\S+)", line)
        if found and found[1] == name:
            return os.path.realpath(found[2])
    return None


def package_of(path):
    """What dpkg knows of the package that has this file."""
    for name in (path, path.removeprefix("/usr")):
        found = subprocess.run(["dpkg-query", "-S", name], capture_output=True,
                               text=True, check=False)
        if found.returncode == 0:
            break
    else:
        sys.exit("sbom: no package has " + path)
    package = found.stdout.split(": ")[0].split(",")[0]
    fields = ["Package", "Version", "Architecture", "source:Package", "source:Version",
              "Homepage"]
    told = run("dpkg-query", "-W", "-f", "\\n".join("${%s}" % field for field in fields),
               package)
    return dict(zip(fields, told.split("\n")))


def licences():
    """Source package: licence, from the list in debian/copyright."""
    text = (ROOT / "debian/copyright").read_text(encoding="utf-8")
    return dict(re.findall(r"^  ?(\S+): (\S.*)$", text, re.M))


def lists():
    """What other people's lists are compiled in."""
    text = (ROOT / "data/common-passwords/README").read_text(encoding="utf-8")
    licence_of = dict(re.findall(r"^(\S+) \((\S+)\)$", text, re.M))
    for name, origin, version in re.findall(r"^- (\S+) of (\S+) ([0-9.]+),", text, re.M):
        yield {"type": "data", "bom-ref": "%s@%s" % (origin, version), "name": name,
               "version": version, "scope": "required", "description": "of " + origin,
               "licenses": [{"license": {"id": licence_of[origin]}}]}


def component(package, licence_of):
    """The package as a library, without its files yet."""
    licence = licence_of.get(package["source:Package"])
    if licence is None:
        sys.exit("sbom: debian/copyright has no licence of " + package["source:Package"])
    purl = "pkg:deb/debian/%s@%s?arch=%s" % (
        package["Package"], urllib.parse.quote(package["Version"], safe=""),
        package["Architecture"])
    one = {
        "type": "library", "bom-ref": purl, "name": package["Package"],
        "version": package["Version"], "purl": purl, "scope": "optional",
        "licenses": [{"expression": licence}], "components": [],
        "properties": [{"name": "dpkg:source", "value": "%s %s" % (
            package["source:Package"], package["source:Version"])}],
    }
    if package["Homepage"]:
        one["externalReferences"] = [{"type": "website", "url": package["Homepage"]}]
    return one


def components(installed, licence_of):
    """Each package, with those of its files that are used."""
    found = {}
    for name, optional in libraries(installed):
        path = where(name)
        if path is None:
            continue
        one = component(package_of(path), licence_of)
        one = found.setdefault(one["bom-ref"], one)
        if not optional:
            one["scope"] = "required"
        with open(path, "rb") as file:
            digest = hashlib.sha256(file.read()).hexdigest()
        one["components"].append({"type": "file", "name": name, "hashes": [
            {"alg": "SHA-256", "content": digest}]})
    return [found[ref] for ref in sorted(found)]


def main(installed, version):
    used = components(installed, licences()) + list(lists())
    time = datetime.datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", 0)),
                                           datetime.timezone.utc)
    bom = {
        "bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
        "metadata": {
            "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {"type": "application", "bom-ref": "latchkey",
                          "name": "latchkey", "version": version,
                          "licenses": [{"license": {"id": "ISC"}}]},
        },
        "components": used,
        "dependencies": [{"ref": "latchkey",
                          "dependsOn": [one["bom-ref"] for one in used]}],
    }
    text = json.dumps(bom, sort_keys=True)
    bom["serialNumber"] = "urn:uuid:%s" % uuid.uuid5(uuid.NAMESPACE_URL, text)
    json.dump(bom, sys.stdout, indent=2, sort_keys=True)
    print()


main(*sys.argv[1:])
