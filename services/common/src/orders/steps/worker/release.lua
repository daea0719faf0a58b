#!lua flags=allow-oom
-- Ends an attempt and lets the order wait again. ARGV: name of the lease, attempt, outcome ('failed' and
-- 'lost' count, 'handed_back' does not), the most failures, reason (code, message; empty for none), 'last'
-- for a place behind the user's other items, when the caller learned that the lease ran out (ms; 0 if the
-- caller has the lease), delay in ms after each number of failures.
local name, attempt, outcome, most, code, message, place, seen_ms = unpack(ARGV)
local mine = is_in_one_hand(attempt)
if seen_ms ~= '0' and not collect(name, seen_ms) then return {'held', '0'} end
if not mine then return {'lost', '0'} end
redis.call('ZREM', leases_key, name)
local failures = record('failures')[1]
local delay = ARGV[9]
if outcome ~= 'handed_back' then
  failures = redis.call('HINCRBY', record_key, 'failures', 1)
  if failures >= tonumber(most) then
    fail(code, message, 'attempt', attempt, 'outcome', outcome)
    return {'exhausted', tostring(failures), 'last'}
  end
  delay = ARGV[8 + failures] or delay
end
if place == 'last' then redis.call('HSET', record_key, 'queued_ms', last_key() - page_ms) end
put_back(attempt, outcome, code, message, tonumber(delay))
return {'queued', tostring(failures)}
