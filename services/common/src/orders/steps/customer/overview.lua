#!lua flags=no-writes
-- ARGV: the most pages to name. Returns only the events that are steps, and only the pages that failed or are
-- empty, because a large document has thousands of others. This is a script because a full Redis refuses
-- transactions, even those that only read.
local steps = {}
for _, event in ipairs(redis.call('XRANGE', events_key, '-', '+')) do
  if event[2][1] == 'status' then table.insert(steps, event) end
end
local failed, empty, states = {}, {}, {}
local pages = redis.call('HGETALL', pages_key)
for i = 1, #pages, 2 do
  local page = tonumber(pages[i])
  local list = page and (pages[i + 1] == 'empty' and empty or pages[i + 1] ~= 'read' and failed)
  if list then
    table.insert(list, page)
    states[page] = pages[i + 1]
  end
end
local named = {}
for _, list in ipairs({failed, empty}) do
  table.sort(list)
  for i = 1, math.min(#list, tonumber(ARGV[1])) do
    table.insert(named, tostring(list[i]))
    table.insert(named, states[list[i]])
  end
end

local status, place, handed_out, user = unpack(record('status', 'place', 'handed_out', 'user_id'))
local ahead, due = wait_of(status, place, handed_out, counter_ahead(user))
return {redis.call('HGETALL', record_key), steps, named, #failed, #empty, ahead, due}
