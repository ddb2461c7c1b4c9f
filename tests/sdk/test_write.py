"""msgraph-sdk makes, changes, joins, deletes and restores; delta tells of it."""

import uuid

import pytest
from msgraph.generated.models.group import Group
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.password_profile import PasswordProfile
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.reference_update import ReferenceUpdate
from msgraph.generated.models.user import User

from test_read import walk_delta


@pytest.fixture(scope="module")
async def domain(graph):
    """A domain that new users may have."""
    found = await graph.domains.get()
    return next(domain.id for domain in found.value if domain.is_default)


def _new_user(domain: str) -> User:
    nickname = f"sdk-{uuid.uuid4().hex[:8]}"
    return User(
        account_enabled=True,
        display_name="Ada Byron",
        mail_nickname=nickname,
        user_principal_name=f"{nickname}@{domain}",
        password_profile=PasswordProfile(force_change_password_next_sign_in=True, password=uuid.uuid4().hex + "aA1!"),
    )


def _new_group() -> Group:
    nickname = f"sdk-{uuid.uuid4().hex[:8]}"
    return Group(display_name=nickname, mail_enabled=False, mail_nickname=nickname, security_enabled=True)


def _reference(emulator, object_id: str) -> ReferenceCreate:
    return ReferenceCreate(odata_id=f"{emulator.graph}/directoryObjects/{object_id}")


async def _delete_user(graph, user_id: str):
    await graph.users.by_user_id(user_id).delete()


async def test_a_user_lives_and_dies(graph, domain):
    wanted = _new_user(domain)
    made = await graph.users.post(wanted)
    assert made.id
    assert made.user_principal_name == wanted.user_principal_name
    assert made.password_profile is None

    await graph.users.by_user_id(made.id).patch(User(job_title="Countess", department="Analytical Engines"))
    by_name = await graph.users.by_user_id(wanted.user_principal_name).get()
    assert (by_name.id, by_name.job_title) == (made.id, "Countess")

    await _delete_user(graph, made.id)
    with pytest.raises(ODataError) as gone:
        await graph.users.by_user_id(made.id).get()
    assert gone.value.response_status_code == 404

    await graph.directory.deleted_items.by_directory_object_id(made.id).restore.post()
    assert (await graph.users.by_user_id(made.id).get()).display_name == "Ada Byron"
    await _delete_user(graph, made.id)


async def test_a_name_is_given_once(graph, domain):
    wanted = _new_user(domain)
    made = await graph.users.post(wanted)
    with pytest.raises(ODataError) as refused:
        await graph.users.post(wanted)
    assert refused.value.response_status_code == 400
    assert refused.value.error.code == "Request_BadRequest"
    await _delete_user(graph, made.id)


async def test_delta_tells_of_making_changing_and_deleting(graph, domain):
    _, link = await walk_delta(graph, select=["displayName", "jobTitle"])
    made = await graph.users.post(_new_user(domain))
    told, link = await walk_delta(graph, link)
    assert [(user.id, user.display_name) for user in told] == [(made.id, "Ada Byron")]

    await graph.users.by_user_id(made.id).patch(User(job_title="Countess"))
    told, link = await walk_delta(graph, link)
    assert [(user.id, user.job_title) for user in told] == [(made.id, "Countess")]

    await _delete_user(graph, made.id)
    told, _ = await walk_delta(graph, link)
    assert [(user.id, user.additional_data["@removed"]["reason"]) for user in told] == [(made.id, "changed")]


async def test_members_come_and_go(emulator, graph, domain):
    user = await graph.users.post(_new_user(domain))
    group = await graph.groups.post(_new_group())
    members = graph.groups.by_group_id(group.id).members

    await members.ref.post(_reference(emulator, user.id))
    assert [member.id for member in (await members.get()).value] == [user.id]
    with pytest.raises(ODataError) as twice:
        await members.ref.post(_reference(emulator, user.id))
    assert twice.value.response_status_code == 400

    await members.by_directory_object_id(user.id).ref.delete()
    assert (await members.get()).value == []
    await graph.groups.by_group_id(group.id).delete()
    await _delete_user(graph, user.id)


async def test_a_manager_is_set_and_read(emulator, graph, domain):
    user = await graph.users.post(_new_user(domain))
    manager = await graph.users.post(_new_user(domain))
    reference = ReferenceUpdate(odata_id=f"{emulator.graph}/users/{manager.id}")
    await graph.users.by_user_id(user.id).manager.ref.put(reference)
    assert (await graph.users.by_user_id(user.id).manager.get()).id == manager.id
    await graph.users.by_user_id(user.id).manager.ref.delete()
    with pytest.raises(ODataError) as none:
        await graph.users.by_user_id(user.id).manager.get()
    assert none.value.response_status_code == 404
    await _delete_user(graph, user.id)
    await _delete_user(graph, manager.id)
