#!lua flags=allow-oom
-- ARGV: name of the lease, order's id, attempt, page, outcome, worker, when it claimed the page (ms), reason
-- (code, message). A worker that was considered lost may end the page too: it reads the same as its
-- successor.
redis.call('ZREM', leases_key, ARGV[1])
local page = ARGV[4]
if not is_mine(ARGV[3]) or redis.call('HEXISTS', pages_key, page) == 1 then return 'lost' end
return end_page(ARGV[2], ARGV[3], page, failures_of(page) + 1, unpack(ARGV, 5))
