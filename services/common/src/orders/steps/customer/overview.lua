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

-- The items that are served before this order if no others come: those of its user before it, and as many of
-- each other user. Of more than a thousand users, the thousand that are served next count. An order waits
-- until the first page of its document is handed out.
local function ahead()
  local status, place, user, handed_out = unpack(record('status', 'place', 'user_id', 'handed_out'))
  if status ~= 'queued' and handed_out ~= '0' then return false end
  local function count(of, before)
    return redis.call('ZLEXCOUNT', waiting_key, '[' .. of .. ':', '(' .. before)
  end
  local mine = count(user, place)
  local all = mine
  for _, other in ipairs(redis.call('ZRANGE', users_key, 0, 999)) do
    if other ~= user then all = all + math.min(count(other, other .. ';'), mine + 1) end
  end
  return all
end

return {redis.call('HGETALL', record_key), steps, named, #failed, #empty, ahead()}
