"""The engine: owns every outside effect, wakes at once, and finds what nobody woke it for."""

import concurrent.futures
import logging
import signal
import sys
import threading
import time
from functools import partial

from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError

from amends.preview_runner import PreviewRunner
from amends.procedure_runner import ProcedureRunner
from amends.settings import load
from amends.urgency import Urgency
from flows import lease
from flows.account_checks import check_connections
from flows.chasing import tell_waiting
from flows.deliveries import look_at_deliveries
from flows.first_response import respond_at_once
from flows.hands import Hands, lend, owner_name
from flows.reconcile import read_what_is_open
from flows.recovery import recover_incident, unsettled
from flows.retention import purge_round
from flows.reviewing.rounds import review_round
from flows.sign_in_mail import mail_links
from flows.standing_now import last_seq, stand
from flows.steps.telling import tell
from flows.sweeper import due_incidents, seconds_left
from flows.went_back import reconcile_if_it_went_back
from integrations.notices.registry import chat_carrier, mail_carrier, text_carrier
from integrations.platforms.connections import Connections
from integrations.platforms.drills import marking
from integrations.platforms.registry import connect
from models.account_checks import CHECKS
from models.anchor_keys import AnchorKeyError
from models.anchoring import write_anchor
from models.audit import chain_of_incident
from models.beats import PREFECT_DOWN, Beat
from models.bell import Listener, listener
from models.incident import Incident
from models.leases import LeaseLostError, carried
from models.office import Office, use
from models.previews import PREVIEWS
from models.reconciliation import is_reconciling
from models.register import sync
from models.sign_in import SIGN_INS
from models.words import Wait

log = logging.getLogger("amends.engine")

SWEEP_SECONDS = 15.0
RECOVERY_SECONDS = 30.0
RECONCILE_SECONDS = 2.0
REVIEW_SECONDS = 2.0
PURGE_SECONDS = 60.0
"""How often it is asked whether a night has begun since the last purge."""
BEAT_SECONDS = 10.0
SHORTEST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 1.0
MOST_ROUNDS = 5
URGENT_AT_ONCE = 64
HEAD_START_SECONDS = 2.0
"""How long first responses have the processor to themselves before all else starts beside them."""
SWITCH_SECONDS = 0.0005
"""How long one thread may keep the others waiting. With Python's own 5 ms a first response, which
lets go at every row that it reads, would wait that long each time for a flow beside it."""


class Engine:
    """One engine. ``run`` returns when ``stop`` is called; dying at any point loses nothing."""

    def __init__(self, office: Office, *, prefect_api_url: str | None) -> None:
        self.office = office
        self.hands = Hands(
            office,
            owner_name(),
            Connections(marking(connect) if office.settings.drill else connect),
            mail_carrier(office.settings),
            text_carrier(office.settings),
            chat_carrier(office.settings),
        )
        self._runner = ProcedureRunner(prefect_api_url)
        self._urgent = concurrent.futures.ThreadPoolExecutor(URGENT_AT_ONCE, "urgent")
        self._recovering = concurrent.futures.ThreadPoolExecutor(URGENT_AT_ONCE, "recovering")
        self._notices = concurrent.futures.ThreadPoolExecutor(8, "notices")
        self._cases = concurrent.futures.ThreadPoolExecutor(URGENT_AT_ONCE * 4, "case")
        self._urgency = Urgency()
        self._previews = PreviewRunner(self.hands, self._urgency)
        self._running: dict[str, bool] = {}
        self._guard = threading.Lock()
        self._stopping = threading.Event()
        self._recovered = float("-inf")
        self._reconciled = float("-inf")
        self._reading: concurrent.futures.Future[None] | None = None
        self._mailing: concurrent.futures.Future[None] | None = None
        self._checking: concurrent.futures.Future[None] | None = None
        self._reviewed = float("-inf")
        self._reviewing: concurrent.futures.Future[None] | None = None
        self._purged = float("-inf")
        self._purging: concurrent.futures.Future[None] | None = None
        self._sweep_at = float("-inf")

    def run(self) -> None:
        """Serve until stopped. Raises SettingsError and database errors at the start only."""
        use(self.office)
        lend(self.hands)
        self._look_back()
        bell = listener(self.office.store.url, self.office.settings.home)
        self._runner.start()
        self._beat("")
        threading.Thread(target=self._keep_alive, name="heartbeat", daemon=True).start()
        threading.Thread(target=self._keep_anchored, name="anchors", daemon=True).start()
        try:
            while not self._stopping.is_set():
                self._turn(bell)
        finally:
            bell.close()
            self._runner.stop()
            self._previews.stop()
            for pool in (self._urgent, self._recovering, self._notices, self._cases):
                pool.shutdown(wait=False, cancel_futures=True)

    def _look_back(self) -> None:
        """What cannot be told is not waited for: posts stay up as long as no engine is at work."""
        try:
            if reconcile_if_it_went_back(self.office):
                log.error("the database went back: nothing is sent. Run: amends reconcile")
        except OSError as error:
            log.error("the anchors cannot be read: %s. Run: amends doctor", type(error).__name__)

    def stop(self) -> None:
        """End ``run`` soon; what is under way is found again by the next engine."""
        self._stopping.set()

    def _turn(self, bell: Listener) -> None:
        """Recover, sweep, then listen until something falls due: rings cost no sweep."""
        try:
            if time.monotonic() - self._recovered >= RECOVERY_SECONDS:
                self._recovered = time.monotonic()
                for incident_id in dict.fromkeys(one for one, _ in unsettled(self.hands)):
                    self.respond(incident_id, again=False)
            if time.monotonic() - self._reconciled >= RECONCILE_SECONDS:
                self._reconciled = time.monotonic()
                self._reconcile()
            if time.monotonic() - self._reviewed >= REVIEW_SECONDS:
                self._reviewed = time.monotonic()
                self._review()
            if time.monotonic() - self._purged >= PURGE_SECONDS:
                self._purged = time.monotonic()
                self._purge()
            if time.monotonic() >= self._sweep_at:
                for incident_id in due_incidents(self.hands):
                    self.respond(incident_id, again=False)
                self._mail_links()
                self._check_connections()
                self._previews.look()
                self._sweep_at = time.monotonic() + self._pause()
            rung = bell.wait(max(self._sweep_at - time.monotonic(), 0))
            if SIGN_INS in rung:
                self._mail_links()
            if CHECKS in rung:
                self._check_connections()
            if PREVIEWS in rung:
                self._previews.look()
            for incident_id in rung - {SIGN_INS, CHECKS, PREVIEWS}:
                self.respond(incident_id)
        except (OperationalError, TimeoutError):
            log.error("the database cannot be reached; trying again")
            self._stopping.wait(1.0)

    def _reconcile(self) -> None:
        """After a restore: have what may be done already looked for, one round at a time."""
        with self.office.store.read() as tx:
            reconciling = is_reconciling(tx)
        if reconciling and (self._reading is None or self._reading.done()):
            self._reading = self._recovering.submit(self._read_what_is_open)

    def _read_what_is_open(self) -> None:
        """The outermost edge of one round: what fails here is looked for in the next."""
        try:
            read_what_is_open(self.hands)
        except Exception as error:
            log.error("what is open could not be read back: %s", type(error).__name__)

    def _mail_links(self) -> None:
        """Mail the links that people asked for to sign in, one round at a time."""
        if self._mailing is None or self._mailing.done():
            self._mailing = self._notices.submit(self._mail_what_is_due)

    def _mail_what_is_due(self) -> None:
        """The outermost edge of one round: what fails here is tried again in the next."""
        try:
            mail_links(self.hands)
        except Exception as error:
            log.error("links to sign in could not be mailed: %s", type(error).__name__)

    def _check_connections(self) -> None:
        """Try the connections that are due, one round at a time."""
        if self._checking is None or self._checking.done():
            self._checking = self._notices.submit(self._check_what_is_due)

    def _check_what_is_due(self) -> None:
        """The outermost edge of one round: what fails here is tried again in the next."""
        try:
            check_connections(self.hands)
        except Exception as error:
            log.error("connections could not be checked: %s", type(error).__name__)

    def _review(self) -> None:
        """Have the cases looked at for what is due, one round at a time."""
        if self._reviewing is None or self._reviewing.done():
            self._reviewing = self._notices.submit(self._review_round)

    def _review_round(self) -> None:
        """The outermost edge of one round: what fails here is found again in the next."""
        try:
            review_round(self.hands)
        except Exception as error:
            log.error("a round could not be made: %s", type(error).__name__)

    def _purge(self) -> None:
        """Have what has had its time erased, once a night."""
        if self._purging is None or self._purging.done():
            self._purging = self._notices.submit(self._purge_what_is_due)

    def _purge_what_is_due(self) -> None:
        """The outermost edge of one purge: what fails here is begun anew in the next."""
        try:
            purge_round(self.office)
        except Exception as error:
            log.error("what has had its time could not be erased: %s", type(error).__name__)

    def _pause(self) -> float:
        """Until the next deadline, but never long: a deadline may be set by another process."""
        left = seconds_left(self.hands)
        pause = SWEEP_SECONDS if left is None else left
        return min(max(pause, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)

    def respond(self, incident_id: str, *, again: bool = True) -> None:
        """Move the incident on as far as it goes. If it is under way, ``again`` has it run once
        more: a ring brings something new, the sweeper only what is still due."""
        with self._guard:
            if incident_id in self._running:
                self._running[incident_id] |= again
                return
            self._running[incident_id] = False
        self._cases.submit(self._respond, incident_id)

    def _respond(self, incident_id: str) -> None:
        """The outermost edge of one incident: what fails here is found again by the sweeper."""
        try:
            for _ in range(MOST_ROUNDS):
                with self._guard:
                    self._running[incident_id] = False
                if self._stopping.is_set() or not self._round(incident_id):
                    break
                with self._guard:
                    if not self._running[incident_id]:
                        break
        except Exception as error:
            log.error("an incident could not be moved on: %s", type(error).__name__)
            self._stopping.wait(1.0)
        finally:
            with self._guard:
                self._running.pop(incident_id, None)

    def _round(self, incident_id: str) -> bool:
        """One round under the lease. Returns False when another engine has the incident."""
        incident = lease.take(self.hands, incident_id)
        if incident is None:
            return False
        try:
            with lease.kept(self.hands, incident):
                self._move_on(incident)
        except LeaseLostError:
            log.warning("%s was taken over by another engine", incident.reference)
            return False
        finally:
            lease.give_back(self.hands, incident_id)
        return True

    def _move_on(self, incident: Incident) -> None:
        """The urgent first and at once; the procedure beside it; then what people must hear.

        A person's input is shown as a flow run. A deadline's round runs plainly, and is shown only
        when it changed what is waited for: a look every few seconds is no news.
        """
        before = last_seq(self.office, incident.id)
        recovering = self._recovering.submit(
            carried(partial(recover_incident, self.hands, incident.id))
        )
        concurrent.futures.wait([recovering], timeout=HEAD_START_SECONDS)
        urgent = self._urgent.submit(self._respond_at_once, incident.reference)
        concurrent.futures.wait([urgent], timeout=HEAD_START_SECONDS)
        self._urgency.wait_for_calm(HEAD_START_SECONDS)
        told = self._notices.submit(tell.plainly, incident.reference)
        new_input = incident.stirred != incident.shown
        if new_input:
            self._runner.run(incident.reference, lambda: self._note_gap(incident))
        elif incident.closed_at is None:
            self._runner.run_plainly(incident.reference)
        concurrent.futures.wait([urgent])
        concurrent.futures.wait([told])
        concurrent.futures.wait([recovering])
        look_at_deliveries(self.office, incident)
        tell_waiting(self.office, incident)
        stands = stand(self.office, incident.reference, incident.stirred)
        if not new_input and stands.waiting_for != incident.waiting_for:
            self._runner.run(incident.reference, lambda: self._note_gap(incident))
        moved = last_seq(self.office, incident.id) > before
        if moved and any(waiting.wait == Wait.ENGINE for waiting in stands.waits):
            with self._guard:
                self._running[incident.id] = True
        recovering.result()  # last: what it raised keeps nobody from hearing what is theirs to do

    def _respond_at_once(self, reference: str) -> None:
        with self._urgency.urgent():
            respond_at_once(reference)

    def _note_gap(self, incident: Incident) -> None:
        """Prefect did not see this run; said once for each incident."""
        with self.office.store.write("note-gap") as tx:
            tx.record_once(chain_of_incident(incident.id), "amends", "prefect-gap")

    def _keep_alive(self) -> None:
        while not self._stopping.wait(BEAT_SECONDS):
            try:
                self.office.store.go_on()  # two engines agree on when a lease ends
                lease.beat(self.hands)
                self._say_well()
            except (DBAPIError, TimeoutError):  # this thread never ends, whatever it meets
                log.error("the database cannot be reached; leases are ageing")

    def _keep_anchored(self) -> None:
        """An anchor of the record each minute, in a thread that holds up no lease."""
        while not self._stopping.wait(BEAT_SECONDS):
            try:
                write_anchor(self.office.store, self.office.settings, due_only=True)
            except (DBAPIError, TimeoutError):
                log.error("the database cannot be reached; nothing is anchored")
            except (OSError, AnchorKeyError) as error:
                log.error("nothing is anchored: %s", type(error).__name__)

    def _say_well(self) -> None:
        self._beat(PREFECT_DOWN if self._runner.prefect_is_down() else "")

    def _beat(self, detail: str) -> None:
        with self.office.store.write("beat") as tx:
            tx.merge(Beat(name=self.hands.owner, role="engine", at=tx.now(), detail=detail))


def run(*, prefect: bool = True, prefect_api_url: str | None = None) -> None:
    """Run an engine in this process until it is told to stop. Raises SettingsError."""
    settings = load()
    office = Office(settings)
    office.store.migrate()
    office.store.go_on()
    sync(office.store, settings)
    wanted = prefect and not settings.prefect_off
    url = (prefect_api_url or settings.prefect_api_url) if wanted else None
    engine = Engine(office, prefect_api_url=url)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: engine.stop())
    sys.setswitchinterval(SWITCH_SECONDS)
    engine.run()
