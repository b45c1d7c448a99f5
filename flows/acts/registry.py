"""Which act each kind of effect is."""

from flows.acts.base import Act
from flows.acts.delete_post import DeletePost
from flows.acts.publish_words import PublishWords
from flows.acts.send_notice import SendNotice
from models.words import EffectKind

ACTS: dict[EffectKind, Act] = {
    EffectKind.DELETE: DeletePost(),
    EffectKind.PUBLISH: PublishWords(),
    EffectKind.NOTICE: SendNotice(),
}


def act_for(kind: EffectKind) -> Act:
    """What is done for an effect of this kind."""
    return ACTS[kind]
