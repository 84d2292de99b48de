"""The checker catches what it is for: one planted fault each."""

import pytest

import history


def entry(t, p, e, op, **more):
    return {"t": t, "p": p, "e": e, "op": op, **more}


def life(contact="c1", ref="o1", front="fe0", responder="r0", t=0):
    """A contact's faultless course."""
    return [
        entry(t + 1, front, "invoke", "contact.open", ref=ref),
        entry(t + 2, front, "ok", "contact.open", ref=ref, contact=contact, detail="store"),
        entry(t + 3, responder, "event", "offer.new", contact=contact, offer="x"),
        entry(t + 4, responder, "invoke", "offer.accept", ref=ref + "a", offer="x"),
        entry(t + 5, responder, "ok", "offer.accept", ref=ref + "a", contact=contact),
        entry(t + 6, responder, "invoke", "contact.close", ref=ref + "c", contact=contact),
        entry(t + 7, responder, "ok", "contact.close", ref=ref + "c", contact=contact),
    ]


def kinds(entries, final=None):
    return sorted({v.kind for v in history.check(entries, final)})


def test_good_history():
    assert kinds(life() + life("c2", "o2", t=10), {}) == []


def test_unknown_outcome_allows_both_worlds():
    lost_answer = life()[:1] + [entry(2, "fe0", "info", "contact.open", ref="o1")]
    assert kinds(lost_answer, {}) == []
    assert kinds(lost_answer, {"c1": "ended"}) == []


def test_repeated_request_after_a_lost_session():
    h = life()
    h[5:5] = [entry(5, "r0", "event", "session.lost"),
              entry(5, "r0", "invoke", "offer.accept", ref="o1a", offer="x"),
              entry(5, "r0", "ok", "offer.accept", ref="o1a", contact="c1")]
    assert kinds(h, {}) == []


def test_lost():
    assert kinds(life()[:2], {}) == ["lost"]


def test_stuck_contact():
    assert kinds(life()[:2], {"c1": "waiting"}) == ["stuck"]
    assert kinds(life()[:5]) == ["stuck"]


def test_stuck_request():
    assert kinds(life() + [entry(9, "fe0", "invoke", "contact.open", ref="o2")], {}) == ["stuck"]


def test_one_ref_two_contacts():
    again = entry(8, "fe0", "ok", "contact.open", ref="o1", contact="c9")
    assert "doubled" in kinds(life() + [again], {"c9": "waiting"})


def test_two_refs_one_contact():
    again = entry(8, "fe1", "ok", "contact.open", ref="o2", contact="c1")
    assert kinds(life() + [again], {}) == ["doubled"]


def test_two_responders_at_once():
    h = life()
    h.insert(5, entry(5, "r1", "ok", "offer.accept", ref="z", contact="c1"))
    assert "doubled" in kinds(h, {})


def test_second_responder_after_the_first_was_lost():
    h = life()
    h[5:] = [entry(5, "r0", "event", "session.lost"),
             entry(6, "r1", "ok", "offer.accept", ref="z", contact="c1"),
             entry(7, "r1", "ok", "contact.close", ref="y", contact="c1")]
    assert kinds(h, {}) == []


def test_ended_twice():
    again = entry(9, "r1", "ok", "contact.close", ref="y", contact="c1")
    assert kinds(life() + [again], {}) == ["doubled"]


def test_accepted_after_its_end():
    again = entry(9, "r1", "ok", "offer.accept", ref="y", contact="c1")
    assert kinds(life() + [again], {}) == ["doubled"]


def test_ended_and_waiting_again():
    assert kinds(life(), {"c1": "waiting"}) == ["undone"]


def test_contact_nobody_opened():
    assert kinds(life()[2:], {}) == ["unknown"]


def test_answer_to_something_else():
    assert kinds([entry(1, "fe0", "ok", "contact.open", ref="o1", detail="store")]) == ["unknown"]


def test_answer_that_changes():
    again = entry(9, "r0", "fail", "offer.accept", ref="o1a", detail="stale")
    assert kinds(life() + [again], {}) == ["answer changed"]


def test_torn_file_is_an_error(tmp_path):
    f = tmp_path / "h"
    f.write_text('{"t":1,"p":"fe0","e":"invoke","op":"contact.open","ref":"a"}\n{"t":2,')
    with pytest.raises(ValueError):
        history.read(str(f))
