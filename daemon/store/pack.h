/* Packs of answers to references, as commits write them into the stream "answers". */
#ifndef TRIAGED_STORE_PACK_H
#define TRIAGED_STORE_PACK_H

#include <hiredis/hiredis.h>

#include "triaged/store/store.h"

/* Each answer of the pack, as kind 'i'. The pack's bytes are changed. What is no pack is left out, and
 * one that is broken is told in the log. */
void pack_read(redisReply *pack, store_load_fn each, void *arg);

#endif
