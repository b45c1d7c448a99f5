"""Roles by groups end when the session that they came with would: nobody has to take them away."""

from sqlmodel import col, select

from models.office import Office
from models.people import Person
from models.register import sign_out_everywhere


def end_old_group_roles(office: Office) -> None:
    """Take back what ran out; whoever loses a role is signed out, as at any change of roles."""
    with office.store.read() as tx:
        if (
            tx.exec(select(Person.id).where(col(Person.group_roles_until) <= tx.now())).first()
            is None
        ):
            return
    with office.store.write("end-group-roles") as tx:
        old = tx.exec(
            select(Person).where(col(Person.group_roles_until) <= tx.now()).with_for_update()
        ).all()
        sign_out_everywhere(tx, [person.id for person in old if person.group_roles])
        for person in old:
            person.group_roles, person.group_roles_until = [], None
            tx.add(person)
