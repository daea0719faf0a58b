#!lua flags=no-writes
-- KEYS: for each lease the record of its order, or the pages of the order if the lease is one on a page.
-- ARGV: for each lease its page (empty for an order). Returns for each the worker, since when (ms) it has the
-- order or page, and the token of a page's claim. All are empty if nobody has it.
local works = {}
for index, key in ipairs(KEYS) do
  local page = ARGV[index]
  if page == '' then
    local worker, since = unpack(redis.call('HMGET', key, 'worker', 'attempt_ms'))
    works[index] = {worker or '', since or '', ''}
  else
    local claim = redis.call('HGET', key, page .. ':claim')
    local token, since, worker = string.match(claim or '', '^(%S+) (%d+) (.*)$')
    works[index] = {worker or '', since or '', token or ''}
  end
end
return works
