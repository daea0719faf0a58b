#!lua flags=allow-oom
-- Lets a page wait for another worker. ARGV: name of the attempt, order's id, attempt, page, token, outcome
-- ('failed' and 'lost' count, 'handed_back' does not), the most failures, reason (code, message), 'last' for
-- a place behind the user's other items, when the caller learned that the lease ran out (ms; 0 if the caller
-- has the lease), delay in ms after each number of failures.
local name, id, attempt, page, token, outcome, most, code, message, place, seen_ms = unpack(ARGV)
local held = page_lease(name, page, token)
local owner, started, worker = claim_on(page)
local mine = is_mine(attempt) and owner == token
if seen_ms ~= '0' and not collect(held, seen_ms) then return {'held', '0'} end
redis.call('ZREM', leases_key, held)
if not mine then return {'lost', '0'} end
local failures = failures_of(page)
local delay = ARGV[12]
if outcome ~= 'handed_back' then
  failures = redis.call('HINCRBY', pages_key, page .. ':failures', 1)
  if failures >= tonumber(most) then
    local ended = end_page(id, attempt, page, failures, 'failed', worker, started, code, message)
    return {'exhausted', tostring(failures), ended}
  end
  delay = ARGV[11 + failures] or delay
end
put_page(name, page, place, tonumber(delay))
return {'queued', tostring(failures)}
