"""Holds the published schema, the examples and the server's answers to each other, with xmllint.

Promises: the WSDL is valid under every name (grammar.py); the schema inside it compiles and is the one served beside
it; the example requests and the golden answers are valid; so is every answer and fault that the running server gives to
the examples, in both SOAP versions.
The last line is `N passed, N failed`, the exit code is 1 if anything failed. Deliberately absent: golden requests,
which may break the schema on purpose, but for the documents of older systems.

Usage: check.py WSDL_URL BUILD_FOLDER
"""

import shutil
import sys
from pathlib import Path
from xml.dom import minidom

from grammar import r2028_r2029_every_variant_is_valid, r2028_r2029_the_grammars_refuse_mistakes
from tools import Failed, get, xmllint

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
ENVELOPES = {
    "1.1": ("http://schemas.xmlsoap.org/soap/envelope/", "text/xml; charset=utf-8"),
    "1.2": ("http://www.w3.org/2003/05/soap-envelope", "application/soap+xml; charset=utf-8"),
}
# The order matters: what is added is then updated and retrieved.
EXAMPLES = [
    "add-customer", "add-or-update-customer", "record-transaction", "retrieve-customer", "customers-document",
]
# Documents of older systems that are valid once they are in the namespace. Updates have AlternateKey in another place.
LEGACY_DOCUMENTS = ["legacy-add", "legacy-add-or-update", "legacy-delete"]
# What stands in golden answers where the server writes a time.
GOLDEN_TIME = "TIME-OF-THE-SERVER"


def inline_schema(wsdl):
    """The one schema inside the WSDL as a document of its own, with the prefixes that are declared around it."""
    document = minidom.parseString(wsdl)
    schemas = document.getElementsByTagNameNS("http://www.w3.org/2001/XMLSchema", "schema")
    if len(schemas) != 1:
        raise Failed(f"{len(schemas)} schemas stand in the WSDL, expected 1")
    for name, value in document.documentElement.attributes.items():
        if name.startswith("xmlns:") and not schemas[0].hasAttribute(name):
            schemas[0].setAttribute(name, value)
    return schemas[0].toxml(encoding="utf-8")


class Checks:
    """The checks, and how many of them passed."""

    def __init__(self, wsdl_url, build):
        self.wsdl_url, self.service_url, self.build = wsdl_url, wsdl_url.partition("?")[0], build
        self.passed = self.failed = 0

    def check(self, name, run, *arguments):
        """Runs one check."""
        try:
            run(*arguments)
        except (Failed, OSError) as error:
            self.failed += 1
            print(f"FAILED schema: {name}: {error}", flush=True)
        else:
            self.passed += 1
            print(f"ok     schema: {name}", flush=True)

    def published(self):
        """The inline schema compiles; it is kept for what follows."""
        _, wsdl = get(self.wsdl_url)
        (self.build / "published.xsd").write_bytes(inline_schema(wsdl))
        for version in ENVELOPES:
            shutil.copy(HERE / f"envelope-{version}.xsd", self.build)
        # Anything but a message of the service: only the complaint about its root may come.
        (self.build / "other.xml").write_text("<other/>")
        try:
            xmllint("--noout", "--schema", self.build / "published.xsd", self.build / "other.xml")
        except Failed as error:
            if "No matching global declaration" in str(error):
                return
            raise
        raise Failed("a document of another kind is valid")

    def served_beside(self):
        """`?xsd=` serves what stands in the sources."""
        _, served = get(f"{self.service_url}?xsd=CRMProcessor.xsd")
        if served != (ROOT / "xsd" / "CRMProcessor.xsd").read_bytes():
            raise Failed("the schema served beside the WSDL is not xsd/CRMProcessor.xsd")

    def valid(self, path, version="1.1"):
        """The message is valid."""
        xmllint("--noout", "--schema", self.build / f"envelope-{version}.xsd", path)

    def golden(self, path, version):
        """The golden answer is valid once its placeholders for times are."""
        text = path.read_text(encoding="utf-8").replace(GOLDEN_TIME, "2024-05-18T10:42:31.000Z")
        filled = self.build / f"{path.parent.name}-{path.name}"
        filled.write_text(text, encoding="utf-8")
        self.valid(filled, version)

    def legacy(self, path):
        """A document without a namespace is valid in the service's."""
        text = path.read_text(encoding="utf-8")
        filled = self.build / path.name
        filled.write_text(text.replace("<Customers>", '<Customers xmlns="urn:castile:crm:v1">'), encoding="utf-8")
        self.valid(filled)

    def answer(self, name, version, status_expected):
        """The answer to an example has this status and is valid."""
        namespace, media_type = ENVELOPES[version]
        request = example(name).read_text(encoding="utf-8").replace(ENVELOPES["1.1"][0], namespace)
        # A customer of its own in each version.
        request = request.replace("1204-000317", f"schema-{version}").replace("ned.whitlock@", f"ned-{version}@")
        request = request.replace("7700421", f"schema-{version}").replace("1204-03-", f"schema-{version}-")
        status, answer = get(self.service_url, request.encode(), media_type)
        path = self.build / f"{name}-{version}-{status}.xml"
        path.write_bytes(answer)
        if status != status_expected:
            raise Failed(f"status {status}, expected {status_expected}, see {path}")
        self.valid(path, version)

    def run(self):
        """Everything, in order."""
        for grammar in (r2028_r2029_every_variant_is_valid, r2028_r2029_the_grammars_refuse_mistakes):
            self.check(grammar.__name__.replace("_", " "), grammar, self.service_url, self.build)
        self.check("the schema inside the WSDL compiles", self.published)
        self.check("the schema beside the WSDL is the one of the sources", self.served_beside)
        for name in EXAMPLES:
            self.check(f"{example(name).relative_to(ROOT)} is valid", self.valid, example(name))
        for name in LEGACY_DOCUMENTS:
            path = ROOT / "tests" / "golden" / "processCustomers" / f"{name}.request.xml"
            self.check(f"{path.relative_to(ROOT)} is valid in the namespace", self.legacy, path)
        for path, version in golden_answers():
            self.check(f"{path.relative_to(ROOT)} is valid", self.golden, path, version)
        for version, refused in (("1.1", 500), ("1.2", 400)):
            for name in EXAMPLES:
                self.check(f"SOAP {version}: the answer to {name} is valid", self.answer, name, version, 200)
            self.check(f"SOAP {version}: the fault for a second {EXAMPLES[0]} is valid",
                       self.answer, EXAMPLES[0], version, refused)


def example(name):
    """The file of an example request."""
    return ROOT / "examples" / "requests" / f"{name}.xml"


def golden_answers():
    """Every golden answer that is an envelope, and its version."""
    for path in sorted((ROOT / "tests" / "golden").glob("**/*.answer*.xml")):
        root = minidom.parse(str(path)).documentElement
        for version, (namespace, _) in ENVELOPES.items():
            if (root.localName, root.namespaceURI) == ("Envelope", namespace):
                yield path, version


def main(wsdl_url, build):
    """Runs everything; the number of failures decides the exit code."""
    if shutil.which("xmllint") is None:
        print("schema: xmllint is missing: install libxml2-utils")
        return 1
    checks = Checks(wsdl_url, Path(build))
    checks.build.mkdir(parents=True, exist_ok=True)
    checks.run()
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed or not checks.passed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
