#!lua name=triaged1
-- The function library of the daemon. keys[1] is always the prefix "t:{center}:" of one center, so
-- every key built from it lies in the same Cluster slot.
--
-- Rules: validate and type-check everything first, then write without any step that can fail (an
-- error does not undo what was written before it). Bounded loops. No key expiry anywhere. Numbers
-- become text with %.0f only: concatenation keeps 14 digits. The clock is read once a call.
--
-- BUILD rises with every change of this file; a daemon replaces a library of a lower build only.
local BUILD = 10

-- Longest lease a daemon may ask for; see capped().
local LEASE_MAX_MS = 60000

local function now_ms()
	local t = redis.call('TIME')
	return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function text(number)
	return string.format('%.0f', number)
end

-- A lease that ends later than its term allows was written before the server's clock went back.
-- Counting the term from now is safe: its holder counts from an earlier moment.
local function capped(ends, term, now)
	return math.min(ends, now + term)
end

-- nil, or an error when the data are newer than the asking daemon understands, or another set than
-- the one it knows: nothing is written there. Then: is there a set at all, and its id or "".
local function unusable(p, schema, instance)
	local s = redis.call('HMGET', p .. 'state', 'schema', 'instance')
	if s[1] and tonumber(s[1]) > tonumber(schema) then
		return redis.error_reply('SCHEMA ' .. s[1])
	end
	if s[2] and instance ~= '' and s[2] ~= instance then
		return redis.error_reply('FOREIGN ' .. s[2])
	end
	return nil, s[1] and true or false, s[2] or ''
end

-- Another server's clock may be behind: what is written from now on must get ids above those that
-- a reader has seen.
local function advance(stream, id)
	if id ~= '' and not redis.pcall('XADD', stream, id, 'x', '').err then
		redis.call('XDEL', stream, id)
	end
end

-- The last batch of that epoch that the data hold.
local function last_batch(p, epoch)
	local s = redis.call('HMGET', p .. 'state', 'epoch', 'batch')
	return s[1] == epoch and tonumber(s[2]) or 0
end

-- args: node, incarnation, term in ms, epoch held (0: none), highest epoch ever seen, schema, 1 to
-- compete or 0 to ask only, this node's incarnation before (known to be dead) or "", id of the data
-- set it knows or "", id for one that has none, last batch acknowledged in the epoch held, 1 to go
-- on though the data lack what it knows
-- answer: epoch, 1 when it is the asker's, leading node or "", ms to the lease's end, now, last batch
-- here of the epoch held, id of the data set or "". Instead of a batch -1: there is no data set; -2:
-- it lacks what the asker has acknowledged. When it leads, that counts as written all the same: the
-- asker writes all it knows again.
local function lead(keys, args)
	local call, p = redis.call, keys[1]
	local known, acknowledged, anew = args[9] or '', args[11] or '0', args[12] == '1'
	local refused, there, instance = unusable(p, args[6], known)
	if refused then
		return refused
	end
	local id = instance ~= '' and instance or known ~= '' and known or args[10] or ''
	local key, now = p .. 'lead', now_ms()
	local l = call('HMGET', key, 'node', 'incarnation', 'epoch', 'until_ms', 'term_ms')
	local epoch = tonumber(l[3] or 0)
	local ends = capped(tonumber(l[4] or 0), tonumber(l[5] or 0), now)
	local mine = l[1] == args[1] and l[2] == args[2] and epoch > 0
	local term = tonumber(args[3])
	local held = tonumber(args[4])
	if mine and epoch == held and ends > 0 and not anew then
		ends = now + term
		call('HSET', key, 'until_ms', text(ends), 'term_ms', text(term))
		return { epoch, 1, args[1], term, now, last_batch(p, args[4]), instance }
	end
	if held > epoch or (anew and mine and epoch == held) then
		call('HSET', p .. 'state', 'schema', args[6], 'instance', id, 'epoch', args[4],
			'batch', acknowledged)
		call('HSET', key, 'node', args[1], 'incarnation', args[2], 'epoch', args[4],
			'until_ms', text(now + term), 'term_ms', text(term))
		return { held, 1, args[1], term, now, there and -2 or -1, id }
	end
	if not there and known ~= '' and not anew then
		return { 0, 0, '', 0, now, -1, '' }
	end
	-- Only one who knows that it holds nothing takes over: a renewal that comes late, over a
	-- connection given up meanwhile, must not disturb its own node's newer epoch.
	local ours_dead = l[1] == args[1] and args[8] ~= '' and l[2] == args[8]
	local free = held == 0 and (ends <= now or mine or ours_dead)
	if free and args[7] == '0' then
		if mine then
			call('HSET', key, 'until_ms', '0', 'node', '')
		end
		return { epoch, 0, '', 0, now, 0, instance }
	end
	-- One who lost track of its own epoch starts a new one: what it sent before stays fenced off.
	if free then
		epoch = math.max(epoch, tonumber(args[5])) + 1
		-- never lower: unusable() saw to it
		call('HSET', p .. 'state', 'schema', args[6], 'instance', id)
		call('HSET', key, 'node', args[1], 'incarnation', args[2], 'epoch', text(epoch),
			'until_ms', text(now + term), 'term_ms', text(term))
		return { epoch, 1, args[1], term, now, 0, id }
	end
	if ends < tonumber(l[4] or 0) then
		call('HSET', key, 'until_ms', text(ends))
	end
	return { epoch, 0, ends > now and l[1] or '', math.max(ends - now, 0), now, 0, instance }
end

-- args: node, incarnation, epoch. Ends the lease now; the epoch stays. answer: 1 when it was ours
local function yield(keys, args)
	local key = keys[1] .. 'lead'
	local l = redis.call('HMGET', key, 'node', 'incarnation', 'epoch')
	if l[1] ~= args[1] or l[2] ~= args[2] or l[3] ~= args[3] then
		return 0
	end
	redis.call('HSET', key, 'until_ms', '0', 'node', '')
	return 1
end

-- args: node, incarnation, term in ms, position read in out:<node> ("": register), schema, id of
-- the data set it knows or "", at the first call of a connection 1 or else 0, then the position read
-- in the inbox or ""
-- answer: now, 1 when already registered, last id in out:<node>, {ended "node incarnation" …}, id of
-- the data set or ""
local function node(keys, args)
	local call, p = redis.call, keys[1]
	local refused, _, instance = unusable(p, args[5], args[6] or '')
	if refused then
		return refused
	end
	local now, nodes, out = now_ms(), p .. 'nodes', p .. 'out:' .. args[1]
	local member = args[1] .. ' ' .. args[2]
	local known = call('ZSCORE', nodes, member) and 1 or 0
	if args[7] == '1' then
		advance(out, args[4])
		advance(p .. 'in', args[8])
	end
	local last = call('XREVRANGE', out, '+', '-', 'COUNT', 1)
	call('ZADD', nodes, now + tonumber(args[3]), member)
	for _, m in ipairs(call('ZRANGEBYSCORE', nodes, now + LEASE_MAX_MS + 1, '+inf', 'LIMIT', 0, 32)) do
		call('ZADD', nodes, now + LEASE_MAX_MS, m)
	end
	if args[4] ~= '' then
		call('XTRIM', out, 'MINID', '=', args[4])
	end
	return { now, known, last[1] and last[1][1] or '0-0',
		call('ZRANGEBYSCORE', nodes, '-inf', now, 'LIMIT', 0, 32), instance }
end

-- args: node, incarnation: this node leaves
local function leave(keys, args)
	return redis.call('ZREM', keys[1] .. 'nodes', args[1] .. ' ' .. args[2])
end

-- ---- commit ----

-- Sections of a commit and how many arguments one item has. The daemon writes the same order.
-- PUT, REF and LOG are how daemons of schema 1 write what goes into SET, ANSWERS and ENTRIES: one of
-- them may lead until the first daemon of schema 2 does.
local PUT, DEL, R_ADD, R_DEL, D_ADD, D_DEL, P_ADD, P_DEL = 1, 2, 3, 4, 5, 6, 7, 8
local LIVE, ENDED, WAIT, UNWAIT, REF, LOG, MESSAGE, OUT, GONE = 9, 10, 11, 12, 13, 14, 15, 16, 17
local SET, ENTRIES, ANSWERS, T_ADD, T_DEL = 18, 19, 20, 21, 22
local WIDTH = { 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 1, 3, 3, 2, 2, 1, 2, 1, 1, 1, 1 }
local FIRST_SECTION = 5

-- Lua's unpack is limited by its stack; a chunk is also a bound for one inner command.
local CHUNK = 1000

-- Where each section's items start and how many there are; nil when the arguments do not add up.
local function sections(args)
	local at, last, all = FIRST_SECTION, 0, #args
	local first, count = {}, {}
	for s = 1, #WIDTH do
		first[s], count[s] = 1, 0
	end
	while at < all do
		local s, n = tonumber(args[at]), tonumber(args[at + 1])
		if not s or not WIDTH[s] or s <= last or not n or n < 1 or n ~= math.floor(n) then
			return nil
		end
		first[s], count[s], last = at + 2, n, s
		at = at + 2 + n * WIDTH[s]
	end
	if at ~= all + 1 then
		return nil
	end
	return first, count
end

-- Which sections write to which index, and a command that fails on a key of another type.
local INDEXES = {
	{ 'SCARD', 'live', LIVE, ENDED },
	{ 'ZCARD', 'ended', LIVE, ENDED },
	{ 'ZCARD', 'q', WAIT, UNWAIT },
	{ 'SCARD', 'responders', R_ADD, R_DEL },
	{ 'SCARD', 'dispatches', D_ADD, D_DEL },
	{ 'SCARD', 'teams', T_ADD, T_DEL },
	{ 'ZCARD', 'persons', P_ADD, P_DEL },
	{ 'ZCARD', 'nodes', GONE, GONE },
	{ 'XLEN', 'log', LOG, ENTRIES },
	{ 'XLEN', 'refs', REF, REF },
	{ 'XLEN', 'answers', ANSWERS, ANSWERS },
}

-- Every key that will be written is of the right type, or the function ends here.
local function check_types(p, args, first, count)
	local call = redis.call
	for _, index in ipairs(INDEXES) do
		if count[index[3]] + count[index[4]] > 0 then
			call(index[1], p .. index[2])
		end
	end
	for i = first[PUT], first[PUT] + 2 * count[PUT] - 1, 2 do
		call('HEXISTS', p .. args[i], 'r')
	end
	for i = first[REF], first[REF] + 3 * count[REF] - 1, 3 do
		call('HEXISTS', p .. 'i:' .. args[i], '')
	end
	for i = first[MESSAGE], first[MESSAGE] + 2 * count[MESSAGE] - 1, 2 do
		call('XLEN', p .. 'm:' .. args[i])
	end
	local known
	for i = first[OUT], first[OUT] + 2 * count[OUT] - 1, 2 do
		if args[i] ~= known then
			known = args[i]
			call('XLEN', p .. 'out:' .. known)
		end
	end
end

local function scores_ok(args, from, n)
	for i = from, from + 2 * n - 1, 2 do
		local score = tonumber(args[i])
		if not score or score ~= score or math.abs(score) > 9007199254740992 then
			return false
		end
	end
	return true
end

local function many(command, key, args, from, n)
	local call, last = redis.call, from + n - 1
	while from <= last do
		local to = math.min(from + CHUNK - 1, last)
		call(command, key, unpack(args, from, to))
		from = to + 1
	end
end

-- Members of an age index, all of the same moment.
local function aged(key, score, args, from, n)
	local pairs_ = {}
	for i = from, from + n - 1 do
		pairs_[#pairs_ + 1] = score
		pairs_[#pairs_ + 1] = args[i]
	end
	many('ZADD', key, pairs_, 1, #pairs_)
end

-- MSET replaces a key of any type: nothing to check, and one inner command for all records.
local function set_records(p, args, from, n)
	local pairs_, last = {}, from + 2 * n - 2
	for i = from, last, 2 do
		pairs_[#pairs_ + 1] = p .. args[i]
		pairs_[#pairs_ + 1] = args[i + 1]
		if i == last or #pairs_ == CHUNK then
			redis.call('MSET', unpack(pairs_))
			pairs_ = {}
		end
	end
end

local function write_contacts(p, args, first, count, now)
	local call = redis.call
	for i = first[PUT], first[PUT] + 2 * count[PUT] - 1, 2 do
		call('HSET', p .. args[i], 'r', args[i + 1])
	end
	set_records(p, args, first[SET], count[SET])
	for i = first[DEL], first[DEL] + count[DEL] - 1 do
		call('UNLINK', p .. args[i])
	end
	many('SADD', p .. 'responders', args, first[R_ADD], count[R_ADD])
	many('SREM', p .. 'responders', args, first[R_DEL], count[R_DEL])
	many('SADD', p .. 'dispatches', args, first[D_ADD], count[D_ADD])
	many('SREM', p .. 'dispatches', args, first[D_DEL], count[D_DEL])
	many('SADD', p .. 'teams', args, first[T_ADD], count[T_ADD])
	many('SREM', p .. 'teams', args, first[T_DEL], count[T_DEL])
	aged(p .. 'persons', now, args, first[P_ADD], count[P_ADD])
	many('ZREM', p .. 'persons', args, first[P_DEL], count[P_DEL])
	many('SADD', p .. 'live', args, first[LIVE], count[LIVE])
	many('ZREM', p .. 'ended', args, first[LIVE], count[LIVE])
	many('SREM', p .. 'live', args, first[ENDED], count[ENDED])
	aged(p .. 'ended', now, args, first[ENDED], count[ENDED])
	many('ZADD', p .. 'q', args, first[WAIT], 2 * count[WAIT])
	many('ZREM', p .. 'q', args, first[UNWAIT], count[UNWAIT])
	many('ZREM', p .. 'nodes', args, first[GONE], count[GONE])
end

-- Schema 1: the first answers to client references, and the stream that orders them by age. An entry
-- is kept short because a page of t1_load and a round of t1_trim take whole entries.
local REFS_AN_ENTRY = 50

local function write_refs(p, args, from, n)
	local index = {}
	for i = from, from + 3 * n - 1, 3 do
		redis.call('HSET', p .. 'i:' .. args[i], args[i + 1], args[i + 2])
		index[#index + 1] = args[i]
		index[#index + 1] = args[i + 1]
		if #index == 2 * REFS_AN_ENTRY then
			redis.call('XADD', p .. 'refs', '*', unpack(index))
			index = {}
		end
	end
	if #index > 0 then
		redis.call('XADD', p .. 'refs', '*', unpack(index))
	end
end

-- Outputs come grouped by node; one stream entry carries many.
local function write_outputs(p, args, from, n)
	local entry, node_
	local last = from + 2 * n - 2
	for i = from, last, 2 do
		if args[i] ~= node_ then
			node_, entry = args[i], { 'b', args[i + 1] }
		else
			entry[#entry + 1] = 'b'
			entry[#entry + 1] = args[i + 1]
		end
		if i == last or args[i + 2] ~= node_ or #entry >= CHUNK then
			redis.call('XADD', p .. 'out:' .. node_, '*', unpack(entry))
			node_ = nil
		end
	end
end

local function write_streams(p, args, first, count)
	local call = redis.call
	for i = first[LOG], first[LOG] + 3 * count[LOG] - 1, 3 do
		call('XADD', p .. 'log', '*', 'at', args[i], 'c', args[i + 1], 'd', args[i + 2])
	end
	for i = first[ENTRIES], first[ENTRIES] + count[ENTRIES] - 1 do
		call('XADD', p .. 'log', '*', 'e', args[i])
	end
	for i = first[ANSWERS], first[ANSWERS] + count[ANSWERS] - 1 do
		call('XADD', p .. 'answers', '*', 'a', args[i])
	end
	for i = first[MESSAGE], first[MESSAGE] + 2 * count[MESSAGE] - 1, 2 do
		call('XADD', p .. 'm:' .. args[i], '*', 'b', args[i + 1])
	end
	write_outputs(p, args, first[OUT], count[OUT])
end

-- args: epoch, batch number (1, 2, … in an epoch), inbox position ("": unchanged), counters ("":
-- unchanged), then for each section that is not empty, in order, its number, the number of items
-- and the items. answer: now
-- FENCED: another epoch leads. BEHIND: the data were lost or rolled back behind the beginning of
-- this one. BATCH: the data do not hold the batches before this one. In each case nothing was
-- written. A batch already applied, sent again, is answered without effect.
local function commit(keys, args)
	local call, p = redis.call, keys[1]
	local led = call('HGET', p .. 'lead', 'epoch')
	if tonumber(led or 0) < tonumber(args[1]) then
		return redis.error_reply('BEHIND the data are older than this lead')
	end
	if led ~= args[1] then
		return redis.error_reply('FENCED another epoch leads')
	end
	local state = call('HMGET', p .. 'state', 'epoch', 'batch')
	local done = state[1] == args[1] and tonumber(state[2]) or 0
	local batch, now = tonumber(args[2]), now_ms()
	if batch <= done then
		return now
	end
	if batch > done + 1 then
		return redis.error_reply('BATCH ' .. text(done) .. ' is the last one here')
	end
	local first, count = sections(args)
	if not first or not scores_ok(args, first[WAIT], count[WAIT]) then
		return redis.error_reply('MALFORMED commit')
	end
	check_types(p, args, first, count)
	write_contacts(p, args, first, count, now)
	write_refs(p, args, first[REF], count[REF])
	write_streams(p, args, first, count)
	local s = { 'epoch', args[1], 'batch', args[2] }
	if args[3] ~= '' then
		s[5], s[6] = 'position', args[3]
	end
	if args[4] ~= '' then
		s[#s + 1], s[#s + 2] = 'counters', args[4]
	end
	call('HSET', p .. 'state', unpack(s))
	return now
end

-- ---- load ----

local INDEX = { c = 'live', r = 'responders', d = 'dispatches', t = 'teams' }
local PAGE = 128

local function load_refs(p, cursor)
	local call, out = redis.call, {}
	local from = cursor == '0' and '-' or '(' .. cursor
	local next_ = '0'
	local entries = call('XRANGE', p .. 'refs', from, '+', 'COUNT', 40)
	for _, entry in ipairs(entries) do
		if #out > 3 * PAGE then
			break
		end
		next_ = entry[1]
		for i = 1, #entry[2], 2 do
			local identity, ref = entry[2][i], entry[2][i + 1]
			out[#out + 1] = identity
			out[#out + 1] = ref
			out[#out + 1] = call('HGET', p .. 'i:' .. identity, ref)
		end
	end
	return { next_, out }
end

-- Packs of answers, as the daemon wrote them. One is at most some 64 kB.
local PACKS = 16

local function load_answers(p, cursor)
	local from = cursor == '0' and '-' or '(' .. cursor
	local next_, out = '0', {}
	for _, entry in ipairs(redis.call('XRANGE', p .. 'answers', from, '+', 'COUNT', PACKS)) do
		next_ = entry[1]
		out[#out + 1] = entry[2][2]
	end
	return { next_, out }
end

-- ids and records of keys in turns. MGET passes over the hashes that schema 1 has.
local function records(ids, keys_)
	local call, out = redis.call, {}
	for from = 1, #keys_, CHUNK do
		local found = call('MGET', unpack(keys_, from, math.min(from + CHUNK - 1, #keys_)))
		for i = 1, #found do
			local at = from + i - 1
			out[#out + 1] = ids[at]
			out[#out + 1] = found[i] or call('HGET', keys_[at], 'r')
		end
	end
	return out
end

-- args: epoch, kind (s c r t d p i a), cursor ("0" first). answer: next cursor ("0": end) and items:
-- s: position, counters · i: identity, ref, record · a: packs · others: id, record. A nil record is
-- missing.
local function load_page(keys, args)
	local call, p, kind = redis.call, keys[1], args[2]
	if call('HGET', p .. 'lead', 'epoch') ~= args[1] then
		return redis.error_reply('FENCED another epoch leads')
	end
	if kind == 's' then
		return { '0', call('HMGET', p .. 'state', 'position', 'counters') }
	end
	if kind == 'i' then
		return load_refs(p, args[3])
	end
	if kind == 'a' then
		return load_answers(p, args[3])
	end
	local scan, step = nil, 1
	if kind == 'p' then
		scan, step = call('ZSCAN', p .. 'persons', args[3], 'COUNT', PAGE), 2
	else
		scan = call('SSCAN', p .. INDEX[kind], args[3], 'COUNT', PAGE)
	end
	local ids, keys_ = {}, {}
	for i = 1, #scan[2], step do
		ids[#ids + 1] = scan[2][i]
		keys_[#keys_ + 1] = p .. kind .. ':' .. scan[2][i]
	end
	return { scan[1], records(ids, keys_) }
end

-- ---- retention ----

-- "~" removes whole blocks and takes a limit; what is left of the last block is then removed
-- exactly, so nothing stays beyond its time.
local function trim_stream(key, before, limit)
	local n = redis.call('XTRIM', key, 'MINID', '~', before, 'LIMIT', limit)
	if n == 0 then
		n = redis.call('XTRIM', key, 'MINID', '=', before)
	end
	return n
end

local function trim_refs(p, before, limit)
	local call, n = redis.call, 0
	for _, entry in ipairs(call('XRANGE', p .. 'refs', '-', '(' .. before, 'COUNT', 8)) do
		for i = 1, #entry[2], 2 do
			call('HDEL', p .. 'i:' .. entry[2][i], entry[2][i + 1])
		end
		call('XDEL', p .. 'refs', entry[1])
		n = n + #entry[2] / 2
		if n >= limit then
			break
		end
	end
	return n
end

local function trim_index(p, index, before, limit, kinds)
	local ids = redis.call('ZRANGEBYSCORE', p .. index, '-inf', '(' .. before, 'LIMIT', 0, limit)
	for _, id in ipairs(ids) do
		for _, kind in ipairs(kinds) do
			redis.call('UNLINK', p .. kind .. id)
		end
		redis.call('ZREM', p .. index, id)
	end
	return #ids
end

-- args: epoch, then how long to keep refs, ledger, ended contacts, persons in ms (0: for ever),
-- limit. The inbox is trimmed behind the committed position. answer: how many things were removed
local function trim(keys, args)
	local call, p = redis.call, keys[1]
	if call('HGET', p .. 'lead', 'epoch') ~= args[1] then
		return redis.error_reply('FENCED another epoch leads')
	end
	local now, limit, n = now_ms(), tonumber(args[6]), 0
	local function before(i)
		local keep = tonumber(args[i])
		return keep > 0 and text(now - keep) or nil
	end
	local position = call('HGET', p .. 'state', 'position')
	if position then
		n = n + trim_stream(p .. 'in', position, limit)
	end
	if before(2) then
		n = n + trim_refs(p, before(2), limit) + trim_stream(p .. 'answers', before(2), limit)
	end
	if before(3) then
		n = n + trim_stream(p .. 'log', before(3), limit)
	end
	if before(4) then
		n = n + trim_index(p, 'ended', before(4), limit, { 'c:', 'm:' })
	end
	if before(5) then
		n = n + trim_index(p, 'persons', before(5), limit, { 'p:' })
	end
	return n
end

-- ---- keyring ----

-- answer: all fields: name -> check value of the key, name:holder -> the key wrapped for a holder
local function keys_get(keys)
	return redis.call('HGETALL', keys[1] .. 'keys')
end

-- args: name, check value, holder, wrapped key, again and again. CONFLICT: the center has another
-- key of that name; nothing was written. answer: how many keys
local function keys_put(keys, args)
	local call, key = redis.call, keys[1] .. 'keys'
	if #args % 4 ~= 0 then
		return redis.error_reply('MALFORMED keys')
	end
	for i = 1, #args, 4 do
		local check = call('HGET', key, args[i])
		if check and check ~= args[i + 1] then
			return redis.error_reply('CONFLICT ' .. args[i])
		end
	end
	for i = 1, #args, 4 do
		call('HSET', key, args[i], args[i + 1], args[i] .. ':' .. args[i + 2], args[i + 3])
	end
	return #args / 4
end

local function ver()
	return BUILD
end

redis.register_function({ function_name = 't1_ver', callback = ver, flags = { 'no-writes' } })
redis.register_function('t1_lead', lead)
redis.register_function({ function_name = 't1_yield', callback = yield, flags = { 'allow-oom' } })
redis.register_function('t1_node', node)
redis.register_function({ function_name = 't1_leave', callback = leave, flags = { 'allow-oom' } })
redis.register_function('t1_commit', commit)
redis.register_function({ function_name = 't1_load', callback = load_page, flags = { 'no-writes' } })
redis.register_function({ function_name = 't1_trim', callback = trim, flags = { 'allow-oom' } })
redis.register_function({ function_name = 't1_keys_get', callback = keys_get, flags = { 'no-writes' } })
redis.register_function('t1_keys_put', keys_put)
