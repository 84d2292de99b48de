#include "ctl.h"
#include "views.h"

/*
 * One request whose refusal is no failure: *result stays NULL when the role may not see it.
 */
static int look_at(struct ctl *ctl, const char *method, json_t **result, struct err *e)
{
	enum client_result r = client_call(ctl->client, method, json_object(), result, e);

	if (r == CLIENT_LOST)
		return ctl_fail(ctl, CTL_UNREACHABLE, "%s: %s", method, e->text);
	return CTL_OK;
}

int cmd_status(struct ctl *ctl)
{
	json_t *node = NULL, *board = NULL;
	struct err e;
	int code = ctl_connect(ctl);

	if (code == CTL_OK)
		code = look_at(ctl, "node.status", &node, &e);
	if (code == CTL_OK)
		code = look_at(ctl, "board.get", &board, &e);
	if (code == CTL_OK && !node && !board)
		code = ctl_fail(ctl, CTL_FAILED, "%s", e.text);
	if (code == CTL_OK && ctl->json) {
		json_t *both = json_pack("{s:O?, s:O?}", "node", node, "board", board);

		ctl_put_json(ctl, both, false);
		json_decref(both);
	} else if (code == CTL_OK) {
		if (node)
			view_node_head(node, &ctl->screen);
		if (node && board)
			buf_adds(&ctl->screen.out, "\n");
		if (board)
			view_board(board, &ctl->screen);
	}
	json_decref(node);
	json_decref(board);
	return code;
}
