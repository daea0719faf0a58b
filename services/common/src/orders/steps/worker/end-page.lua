#!lua flags=allow-oom
-- ARGV: name of the lease, order's id, attempt, page, outcome, worker, reason (code, message), retention in
-- s. A worker that was considered lost may end the page too: it reads the same as its successor.
redis.call('ZREM', leases_key, ARGV[1])
if not is_mine(ARGV[3]) or redis.call('HEXISTS', pages_key, ARGV[4]) == 1 then return 'lost' end
return end_page(unpack(ARGV, 2))
