"""A caller with customers of its own, that knows what the server has acknowledged of them.

No two callers touch one customer, so what a customer must look like follows from the answers alone. A write without an
answer leaves its customer in doubt: it may have had its effect or not, and the next look decides.
"""

import http.client
import re
import threading
import time

NAMESPACE = "urn:castile:crm:v1"
PATH = "/services/CRMProcessor"
SYLLABLES = ["ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru"]
TIMEOUT_SECONDS = 60
# After a start the index is opened; searches may be refused until then.
SEARCH_GRACE_SECONDS = 60
DOCUMENT_RECORDS = 5
# How often each is chosen, of a hundred.
MIX = [("add", 18), ("upsert", 15), ("update", 20), ("retrieve", 27), ("search", 12), ("delete", 3), ("document", 5)]
GONE = None


class Tally:
    """What happened, by window."""

    def __init__(self, window_seconds):
        self.window_seconds, self.began = window_seconds, 0.0
        self.lock = threading.Lock()
        self.times, self.acknowledged, self.lost, self.broken, self.refused_searches = [], 0, 0, 0, 0
        self.unexpected = []

    def begin(self):
        self.began = time.monotonic()

    def answered(self, what, at, seconds, writes):
        with self.lock:
            self.times.append((int((at - self.began) / self.window_seconds), what, seconds))
            self.acknowledged += writes

    def count(self, name):
        with self.lock:
            setattr(self, name, getattr(self, name) + 1)

    def surprise(self, what):
        with self.lock:
            self.unexpected.append(what)


class Person:
    """`names` are the last names that it may have; more than one while a write is in doubt. GONE: deleted."""

    def __init__(self, key, name):
        self.key, self.names, self.id = key, {name, GONE}, None


class Client:
    """One connection, one request at a time."""

    def __init__(self, run, number, server, tally, random):
        self.run_name, self.number, self.server, self.tally, self.random = run, number, server, tally, random
        self.people, self.count = [], 0
        self.lock = threading.Lock()
        self.connection, self.connected_to, self.connected_at = None, None, 0.0

    def run(self, end, pause):
        due = time.monotonic()
        while time.monotonic() < end:
            what = self.random.choices(*zip(*MIX))[0]
            with self.lock:
                getattr(self, what)()
            due = max(due + pause, time.monotonic() - 1)
            if self.server.rush.is_set():
                due = time.monotonic()
            time.sleep(max(0.0, due - time.monotonic()))

    def add(self):
        self.write("addCustomer", self.newcomer())

    def upsert(self):
        self.write("addOrUpdateCustomer", self.somebody() or self.newcomer(), renamed=True)

    def update(self):
        self.write("updateCustomer", self.somebody(), renamed=True)

    def delete(self):
        person = self.somebody()
        if person is None:
            return
        body = f'<deleteCustomer xmlns="{NAMESPACE}">{key(person)}</deleteCustomer>'
        person.names.add(GONE)
        if self.expect("delete", body, 200, writes=1):
            person.names = {GONE}

    def retrieve(self):
        person = self.somebody()
        if person is not None and self.look("retrieve", person) is False:
            self.tally.count("lost")

    def search(self):
        person = self.somebody()
        if person is None:
            return
        name = next(iter(person.names))
        body = (f'<searchCustomers xmlns="{NAMESPACE}"><LastName SearchType="Exact">{name}</LastName>'
                "</searchCustomers>")
        status, answer = self.ask("search", body)
        if status == 503 and time.monotonic() - self.connected_at < SEARCH_GRACE_SECONDS:
            self.tally.count("refused_searches")
        elif status is not None and (status != 200 or f"<CustomerID>{person.id}<" not in answer):
            self.tally.surprise(f"search: {status} {answer[:300]}")

    def document(self):
        people = [self.newcomer() for _ in range(DOCUMENT_RECORDS)]
        records = "".join(f'<Customer Action="Add">{content(person, name_of(person))}</Customer>' for person in people)
        answer = self.expect("document", f'<Customers xmlns="{NAMESPACE}">{records}</Customers>', 200,
                             writes=DOCUMENT_RECORDS)
        if answer and answer.count('Status="Succeeded"') != DOCUMENT_RECORDS:
            self.tally.surprise(f"document: {answer[:300]}")
        elif answer:
            for person, found in zip(people, re.findall("<CustomerID>([0-9]+)<", answer)):
                person.id, person.names = found, {name_of(person)}

    def write(self, operation, person, renamed=False):
        if person is None:
            return
        name = self.new_name() if renamed else name_of(person)
        body = f'<{operation} xmlns="{NAMESPACE}"><Customer>{content(person, name)}</Customer></{operation}>'
        person.names.add(name)
        answer = self.expect(operation, body, 200, writes=1)
        if answer:
            person.id, person.names = re.search("<CustomerID>([0-9]+)<", answer)[1], {name}

    def verify(self, last=None):
        """Looks for the newest customers, or all; how many are not as acknowledged."""
        with self.lock:
            people = self.people if last is None else self.people[-last:]
            return sum(self.look("verify", person) is False for person in people)

    def look(self, what, person):
        """Is the customer as it must be? Settles a doubt; None if there was no answer."""
        body = f'<retrieveCustomer xmlns="{NAMESPACE}">{key(person)}</retrieveCustomer>'
        status, answer = self.ask(what, body)
        if status is None:
            return None
        if status == 500 and "CUSTOMER_NOT_FOUND" in answer:
            found = GONE
        elif status == 200:
            found = re.search('Location="Last">([^<]*)<', answer)[1]
            person.id = re.search("<CustomerID>([0-9]+)<", answer)[1]
        else:
            self.tally.surprise(f"{what}: {status} {answer[:300]}")
            return None
        if found not in person.names:
            self.tally.surprise(f"{what}: a customer that must be one of {person.names} is {found}")
            return False
        person.names = {found}
        return True

    def somebody(self):
        """A customer of which everything is known."""
        for _ in range(5):
            person = self.random.choice(self.people) if self.people else None
            if person and len(person.names) > 1:
                self.look("verify", person)
            if person and len(person.names) == 1 and GONE not in person.names:
                return person
        return None

    def newcomer(self):
        name = self.new_name()
        person = Person(f"K{self.run_name}-{self.number}-{self.count}", name)
        self.people.append(person)
        return person

    def new_name(self):
        """Names hold no digits, so numbers are written in syllables."""
        self.count += 1
        digits = f"{self.number:02}{self.count}"
        return "".join(SYLLABLES[int(digit)] for digit in digits).capitalize()

    def expect(self, what, body, expected, writes):
        """The answer, if it has this status."""
        status, answer = self.ask(what, body, writes)
        if status == expected:
            return answer
        if status is not None:
            self.tally.surprise(f"{what}: {status} {answer[:300]}")
        return None

    def ask(self, what, body, writes=0):
        """Status and text; None and nothing where the connection broke."""
        envelope = (f'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>{body}</e:Body>'
                    "</e:Envelope>").encode()
        address = self.server.wait()
        began = time.monotonic()
        try:
            connection = self.connect(address)
            connection.request("POST", PATH, envelope, {"Content-Type": "text/xml; charset=utf-8"})
            response = connection.getresponse()
            answer = response.read().decode()
        except (OSError, http.client.HTTPException):
            self.connected_to = None
            self.tally.count("broken")
            # A server that is being ended still counts as up for a moment.
            time.sleep(0.02)
            return None, ""
        if what != "verify":
            ended = time.monotonic()
            self.tally.answered(what, ended, ended - began, writes if response.status == 200 else 0)
        return response.status, answer

    def connect(self, address):
        if self.connected_to != address:
            self.connection = http.client.HTTPConnection(*address, timeout=TIMEOUT_SECONDS)
            self.connected_to, self.connected_at = address, time.monotonic()
        return self.connection


def name_of(person):
    return next(name for name in person.names if name is not GONE)


def key(person):
    return f'<AlternateKey TypeCode="XSTORE_ID"><AlternateID>{person.key}</AlternateID></AlternateKey>'


def content(person, name):
    return ('<EntityInformation><Individual><Name><Name Location="First">Ada</Name>'
            f'<Name Location="Last">{name}</Name></Name></Individual></EntityInformation>{key(person)}')
