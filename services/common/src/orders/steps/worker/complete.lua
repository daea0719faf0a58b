#!lua flags=allow-oom
-- Completes an order of one page. ARGV: order's id, attempt.
if not is_in_one_hand(ARGV[2]) then return 'lost' end
local failures, started, worker = unpack(record('failures', 'attempt_ms', 'worker'))
redis.call('HSET', pages_key, '1', 'read', '1:reading', reading_of(failures + 1, started, worker))
complete(ARGV[1], ARGV[2], 1, now - started)
return 'written'
