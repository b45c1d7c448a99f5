"""The mistake procedure: what policy lines 116-126 ask for, in the order of design §3."""

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.states import Completed

from flows.steps.deletion import delete
from flows.steps.ending import advise, close
from flows.steps.evidence import preserve
from flows.steps.publication import publish
from flows.steps.referral import refer
from flows.steps.telling import tell
from flows.steps.verification import verify
from flows.steps.words import clear, word
from flows.where import where_it_stands


async def procedure(reference: str) -> str:
    """Do all that can be done now. Returns what the incident then waits for, in plain words."""
    await tell(reference)  # 124: inform your line manager and the Digital Transformation Unit
    await preserve(reference)  # before anything is deleted, a copy is kept
    await delete(reference)  # 120: delete the post
    await verify(reference)  # and see that it is gone
    await word(reference)  # 120, 122: apologise; post the correct information
    await clear(reference)  # 76-80: cleared by whoever must
    await publish(reference)  # 120, 122: making clear what has been corrected
    await refer(reference)  # 54-56, 126: possible misconduct, for a person to consider
    await advise(reference)  # 124: for advice on further handling
    await close(reference)  # every step done, or skipped by a named person
    return await where_it_stands(reference)


@flow(
    name="handle-mistake",
    flow_run_name="{reference}",
    description="What has to happen after a post goes out in error.",
    persist_result=False,
    retries=0,
)
async def handle_mistake(reference: str) -> State[None]:
    """Run the procedure, shown step by step; end in a state named for what is waited for."""
    return Completed(name=await procedure(reference))
