"""Every table, imported once so that the metadata is whole."""

from sqlmodel import SQLModel

from models.account_checks import AccountCheck, GoingLive
from models.advice import AdviceRequest
from models.audit import Entry
from models.beats import Beat
from models.case_rows import CaseLetter, SealedCase
from models.decisions import Decision
from models.effects import Attempt, Effect
from models.escalation import Escalation
from models.incident import Capture, IdempotencyKey, Incident, Post, Report
from models.information_requests import InformationRequest
from models.legal_holds import LegalHold
from models.looks import Look
from models.notices import Acknowledgement, Notice
from models.people import Account, Person, Token
from models.previews import Preview
from models.reconciliation import Reading, Reconciliation
from models.referral import Referral
from models.sign_in import SignIn, WebSession
from models.statements import Clearance, Statement, Wording

ALL: tuple[type[SQLModel], ...] = (
    Person, Account, Token, Incident, Report, IdempotencyKey, Post, Capture, Effect, Attempt,
    Statement, Wording, Clearance, Notice, Acknowledgement, Decision, Referral, Entry, Beat,
    Reconciliation, Reading, Look, Escalation, InformationRequest, SignIn, WebSession,
    SealedCase, CaseLetter, AccountCheck, GoingLive, Preview, LegalHold, AdviceRequest,
)  # fmt: skip

PASSING: tuple[type[SQLModel], ...] = (Preview,)
"""What lives for a day, and is in no backup: a copy of it would outlive its time."""
