#!/usr/bin/python3
"""Plants one fault after the other into the core and the center and shows that the simulator finds it.

    make sim-mutants                 all of them
    tests/sim/mutants.py NAME...     some

Each is one edit of one file, built apart from the tree below BUILD/mutants. Prints a table; exit status 1
when one survives that is not known to, or no longer applies.
"""

import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
BUILD = os.environ.get("TRIAGED_BUILD", os.path.join(TOP, "build"))
DAYS = int(os.environ.get("SIM_MUTANT_DAYS", "300"))

# name, file, the text (once in the file), what stands in its place
MUTANTS = [
    ("decline_not_requeued", "core/offer.c",
     "why != OFFER_ACCEPTED && why != OFFER_LEFT && why != OFFER_OVER)",
     "why != OFFER_ACCEPTED && why < OFFER_EXPIRED)"),
    ("arrival_lost_on_reoffer", "core/contact.c",
     "		queue_insert(core, c);\n		match_mark",
     "		if (event == CONTACT_EV_UNOFFER) c->arrived_ms = core->now_ms;\n"
     "		queue_insert(core, c);\n		match_mark"),
    ("arrival_lost_on_return", "core/contact.c",
     "			c->late = 0;", "			c->late = 0, c->arrived_ms = core->now_ms;"),
    ("anybody_takes_an_offer", "core/apply_responder.c",
     "if (!text_is(o->responder->id, c->identity)) {", "if (0) {"),
    ("expired_offer_taken", "core/contact_timer.c",
     "if (i < c->n_offers && c->offers[i]->expires_ms <= core->now_ms)",
     "if (i < c->n_offers && c->offers[i]->expires_ms + 9000 <= core->now_ms)"),
    ("load_not_given_back", "core/responder.c",
     "	r->idle_since_ms = core->now_ms;\n	responder_update(core, r);\n	responder_touch",
     "	r->idle_since_ms = core->now_ms;\n	responder_touch"),
    ("timer_not_moved_by_raise", "core/level.c",
     "		tell_raised(core, c);\n	contact_touch(core, c);",
     "		tell_raised(core, c);\n	core_dirty(core, ENTITY_CONTACT, c, &c->dirty);"),
    ("no_exclusion_after_miss", "core/offer.c",
     "	exclude(core, c, r);\n	offer_end(core, o, OFFER_EXPIRED);",
     "	offer_end(core, o, OFFER_EXPIRED);"),
    ("exclusions_not_stored", "core/contact_record.c",
     "		put_exclusion(&c->excluded[i], out);", "		(void)put_exclusion;"),
    ("parallel_offers_stay", "core/apply_responder.c",
     "while (n->n_offers > 1)", "while (n->n_offers > 2)"),
    ("ref_not_looked_up", "core/core.c",
     "const struct ref *r = ref_find(core, c);", "const struct ref *r = NULL;"),
    ("ref_not_written", "core/ref.c",
     "	core_dirty(core, ENTITY_REF, r, &r->dirty);", ""),
    ("alert_not_repeated", "core/alert.c",
     "	if (may_repeat(core, c))\n		notice_contact", "	if (may_repeat(core, c) && 0)\n		notice_contact"),
    ("alert_forgotten_once_taken", "core/alert.c",
     "	text_set(&c->alert_by, by);\n	c->alert_due_ms = behind(core, true);",
     "	text_set(&c->alert_by, by);\n	c->alert_due_ms = core->now_ms + 86400000;"),
    ("deadline_not_told", "core/contact_timer.c",
     '		alert_raise(core, c, "deadline");', ""),
    ("level_lowered_by_triage", "core/level.c",
     "if (level <= c->level ||", "if (level == c->level ||"),
    ("automatic_level_falls", "core/level.c",
     "	if (level > c->level_auto)\n		c->level_auto = level;", "	c->level_auto = level;"),
    ("one_person_lowers_emergency", "core/apply_people.c",
     "if (c->confirm && text_is(n->pending_by, c->identity))", "if (0)"),
    ("dispatch_forgotten_on_close", "core/apply_people.c",
     "	if (n->dispatches_open)\n		return core_refuse", "	if (0)\n		return core_refuse"),
    ("dispatch_not_repeated", "core/dispatch_due.c",
     "	notice_dispatch(core, d, alarm_kind(d));", "	(void)alarm_kind;"),
    ("leaving_keeps_offers", "core/apply_contact.c",
     "	offer_end_all(core, n, OFFER_LEFT);\n	if (n->level", "	if (n->level"),
    ("emergency_does_not_preempt", "core/match.c",
     "	if (c->level == LEVEL_EMERGENCY)\n		return true;\n	int weight", "	int weight"),
    ("latest_deadline_first", "core/contact.c",
     "return x->key_deadline_ms < y->key_deadline_ms ? -1 : 1;",
     "return x->key_deadline_ms > y->key_deadline_ms ? -1 : 1;"),
    ("emergencies_not_first", "core/contact.c",
     "	if (x->key_band != y->key_band)\n		return x->key_band < y->key_band ? -1 : 1;\n", ""),
    ("wrapup_never_ends", "core/contact_timer.c",
     "	if (c->state == CONTACT_WRAPUP)\n		due = earlier(due, c->wrap_due_ms);\n", ""),
    ("lost_responder_keeps_contacts", "core/responder.c",
     "		contact_enter(core, c, CONTACT_EV_RETURN);", "		contact_touch(core, c);"),
    ("end_of_session_not_noticed", "core/session.c",
     "		responder_lost(core, r);", "		(void)responder_lost;"),
    ("lost_node_not_noticed", "core/apply_session.c",
     "	return close_sessions(core, c, false);", "	return 0;"),
    ("person_back_stays_in_review", "core/apply_contact.c",
     "		session_attach(core, session_open(core, c->session, c->identity, \"frontend\"), n);\n"
     "	if (n->state == CONTACT_REVIEW)\n		contact_enter(core, n, CONTACT_EV_RETURN);\n}",
     "		session_attach(core, session_open(core, c->session, c->identity, \"frontend\"), n);\n}"),
    ("no_matching_under_new_options", "core/rebuild.c",
     "	core->rematch = true;", ""),
    ("counters_not_written", "core/load.c",
     "if (core->counters_dirty || core->n_dirty > 0)", "if (core->counters_dirty && core->n_dirty == 0)"),
    ("dispatches_not_loaded", "app/center_takeover.c",
     "		{ 'd', ENTITY_DISPATCH },\n", ""),
    ("place_in_line_not_written", "core/load.c",
     "	w->moved = !c->written || !w->live || w->waiting != c->written_waiting ||",
     "	w->moved = !c->written || !w->live ||"),
    ("reload_does_not_tick", "app/center.c",
     "	center_on_tick(c); /* others", "	/* others"),
    ("mark_without_its_time", "app/center_takeover.c",
     "	core_keep_time(c->core);", "	;"),
    ("told_before_written", "app/center_commit.c",
     "	center_late_sent(c);\n", "	center_late_sent(c);\n	center_deliver(c, &c->sent[c->n_sent], false);\n"),
    ("leader_goes_on_after_losing", "app/center_takeover.c",
     "	center_drop_lead(c);\n	c->leader_known = *leader_node", "	c->leader_known = *leader_node"),
    ("time_not_before_commands", "app/center_lead.c",
     "if (command->command != COMMAND_TICK && core_next_due(c->core) <= now) {", "if (0) {"),
    ("sessions_not_asserted_again", "edge/verbs.c",
     "		if (a->role & ATTACHING_ROLES)\n			submit_session(v, COMMAND_SESSION_UP, a);\n"
     "		if (a->watching)", "		if (a->watching)"),
    # spool, islands, facts
    ("owed_forgotten", "app/center_late.c",
     "	if (ok)\n		journal_drop(&l->owed, written);",
     "	journal_drop(&l->owed, l->owed.count);\n	l->incomplete = false;"),
    ("told_before_spooled", "app/center_late.c",
     "		spool_owed(c);\n		l->writing = true;",
     "		spool_owed(c);\n		center_deliver(c, &l->spooling, true);\n		l->writing = true;"),
    ("owed_out_of_order", "app/center_late.c",
     "	journal_move(&l->owed, &l->gathering);\n	if (l->owed.count == 0) {",
     "	journal_move(&l->gathering, &l->owed);\n	journal_move(&l->owed, &l->gathering);\n"
     "	if (l->owed.count == 0) {"),
    ("spool_failure_is_custody", "app/center_late.c",
     "	if (ok && !l->incomplete) {", "	if (!l->incomplete || ok) {"),
    ("not_numbered_as_taken", "app/center_commit.c",
     "		core_took(c->core, c->late.origin, c->late.number);", "		;"),
    ("facts_of_leaders_not_told", "app/center_facts.c",
     "	if (!f->recalls && !spool_has_more(c)) {",
     "	if ((!f->recalls && !spool_has_more(c)) || c->lead == LEADING) {"),
    ("facts_of_followers_not_told", "app/center_facts.c",
     "	if (!f->recalls && !spool_has_more(c)) {",
     "	if ((!f->recalls && !spool_has_more(c)) || c->lead != LEADING) {"),
    ("facts_released_before_written", "app/center_facts.c",
     "	if (c->lead != LEADING)\n		center_recall_release(c);", "	center_recall_release(c);"),
    ("facts_let_go_and_forgotten", "app/center_recall.c",
     "		recall_add(&c->recall, entry.bytes, store_takeovers(c->store));\n", ""),
    ("facts_not_waited_for", "app/center_facts.c",
     "	return c->facts.on || c->holding;", "	return c->holding;"),
    ("alone_says_no", "app/center_alone.c",
     "	if (c->lead != ALONE || answer >=", "	if (1 || answer >="),
    ("alone_asks_no_more", "app/center_alone.c",
     "		center_alone_store_lost(c);\n		arm(c);", "		center_alone_store_lost(c);"),
    ("alone_forgets_its_spool", "app/center_alone.c",
     "	take_facts(c, core);", "	(void)take_facts;"),
    ("silent_for_ever", "app/center_silence.c",
     "	if (c->lead == ALONE && c->alone.silent &&", "	if (0 &&"),
    ("alone_for_ever", "app/center.c",
     "	if (c->leader_known && c->lead == ALONE)\n		center_follow", "	if (0)\n		center_follow"),
    ("island_offers_to_everybody", "core/island.c",
     "	return !*island ||", "	return *island != 1 ||"),
    ("island_without_its_time", "core/island.c",
     "	core_keep_time(core);", "	;"),
    ("fact_taken_twice", "core/core.c",
     "	if (c->fact <= core_taken(core, c->island))", "	if (0)"),
    ("served_on_an_island_and_not_told", "core/apply_fact.c",
     "		serve(core, n, c->identity);", "		;"),
    ("past_facts_take_over", "core/apply_fact.c",
     "	bool past = is_past(n, c);", "	bool past = 0 && is_past(n, c);"),
    ("transfer_never_ends", "core/contact_timer.c",
     "	if (transfer_is_pending(&c->transfer) && c->transfer.due_ms)\n		due =",
     "	if (0)\n		due ="),
    ("transfer_asked_twice", "core/apply_transfer.c",
     "	if (n->transfer.state != TRANSFER_NONE)\n		return core_refuse", "	if (0)\n		return core_refuse"),
    ("transfer_survives_leaving", "core/apply_contact.c",
     "	if (transfer_is_pending(&n->transfer))\n		transfer_end(core, n, \"left\");\n", ""),
    ("lost_guest_stays", "core/responder.c",
     "	guest_lost(core, r);\n", ""),
    ("guest_forgotten_when_lost", "core/responder.c",
     "			transfer_return(core, c);\n", "			contact_enter(core, c, CONTACT_EV_RETURN);\n"),
    ("transfer_not_stored", "core/contact_record.c",
     "TRANSFER(warm, FIELD_INT, NULL), ", ""),
    ("adopted_without_an_alert", "core/apply_fact.c",
     "	contact_enter(core, n, CONTACT_EV_ARRIVE);\n	if (strcmp", "	if (strcmp"),
    ("what_had_ended_is_kept", "core/apply_fact.c",
     "		core_forget(core, n);\n", "		return 0;\n"),
    ("sync_failure_ignored", "store/spool_file.c",
     "	return g->calls->sync(s->fd) == 0 ? 0 : fail(g, \"fdatasync\", errno);",
     "	(void)g->calls->sync(s->fd);\n	return 0;"),
    ("failed_segment_written_again", "store/spool_file.c",
     "			s->dead = true;\n", ""),
    ("directory_not_synced", "store/spool_file.c",
     "(fsync(s.fd) != 0 || sync_directory(g->dir) != 0)", "fsync(s.fd) != 0"),
    ("found_and_not_synced", "store/spool.c",
     "	if (seg->last && s->group.calls->sync(seg->fd) != 0)", "	if (0)"),
    ("not_read_while_writing", "store/spool.c",
     "s->syncing ? s->n_confirmed : s->n;", "s->syncing ? 0 : s->n;"),
]

# Not found in 300 days. The first needs a clock that jumps back between two deaths of leaders right after
# their marks; the second a request without a ref, which no simulated client sends. The others need a power cut
# within milliseconds of another fault; unit/store/test_spool.c and test_spool_disk.c find them.
KNOWN_SURVIVORS = {"mark_without_its_time", "not_numbered_as_taken", "failed_segment_written_again",
                   "found_and_not_synced", "not_read_while_writing"}


def plant(name, file, old, new):
    """The faulty file, or None when the text is not there exactly once."""
    with open(os.path.join(TOP, "daemon", file), encoding="utf-8") as f:
        text = f.read()
    if text.count(old) != 1:
        return None
    directory = os.path.join(BUILD, "mutants", name)
    os.makedirs(directory, exist_ok=True)
    path = os.path.join(directory, "mutant.c")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text.replace(old, new))
    return path


def build(mutant):
    name, file, old, new = mutant
    if plant(name, file, old, new) is None:
        return "does not apply"
    target = os.path.join(BUILD, "mutants", name, "sim")
    done = subprocess.run(["make", "-s", "--no-print-directory", f"BUILD={BUILD}", target,
                           f"MUTANT_DIR={os.path.dirname('daemon/' + file)}"],
                          cwd=TOP, capture_output=True, text=True)
    return "" if done.returncode == 0 else "does not build: " + done.stderr[-300:]


def hunt(name):
    """How it was found, or None."""
    done = subprocess.run([os.path.join(BUILD, "mutants", name, "sim"), "--count", str(DAYS), "--jobs", "1"],
                          cwd=TOP, capture_output=True, text=True, errors="replace")
    lines = [line for line in done.stderr.splitlines() if re.match(r"seed \d+: ", line)]
    if done.returncode != 0 and lines:
        return lines[0]
    return None if done.returncode == 0 else done.stderr[-200:]


def try_one(mutant):
    began = time.time()
    trouble = build(mutant)
    found = None if trouble else hunt(mutant[0])
    return mutant[0], trouble, found, time.time() - began


def main():
    wanted = sys.argv[1:]
    mutants = [m for m in MUTANTS if not wanted or m[0] in wanted]
    found_n = missed = 0
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, trouble, found, seconds in pool.map(try_one, mutants):
            known = name in KNOWN_SURVIVORS and not trouble
            found_n += bool(found)
            missed += not found and not known
            print(f"{name:32} {seconds:5.1f} s  {found or trouble or ('survived, as known' if known else 'SURVIVED')}"[:160], flush=True)
    print(f"{found_n} of {len(mutants)} faults found, in at most {DAYS} days each")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
