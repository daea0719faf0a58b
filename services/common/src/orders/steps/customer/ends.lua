#!lua flags=no-writes
-- KEYS: the records of orders. Returns for each its status, its last attempt and the attempt whose result
-- counts. Missing fields are empty strings.
local ends = {}
for index, key in ipairs(KEYS) do
  local fields = redis.call('HMGET', key, 'status', 'attempt', 'result_attempt')
  ends[index] = {fields[1] or '', fields[2] or '', fields[3] or ''}
end
return ends
