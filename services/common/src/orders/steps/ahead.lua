-- Returns a function that counts the items served before the item at a place of `user`, if no others come:
-- those of the user before it, and as many of each other user. Of more than a thousand users, the thousand
-- that are served next count.
local function counter_ahead(user)
  local function count(of, before)
    return redis.call('ZLEXCOUNT', waiting_key, '[' .. of .. ':', '(' .. before)
  end
  local others
  local function count_others()
    others = {}
    for _, other in ipairs(redis.call('ZRANGE', users_key, 0, 999)) do
      if other ~= user then table.insert(others, count(other, other .. ';')) end
    end
  end
  return function(place)
    if not others then count_others() end
    local mine = count(user, place)
    local all = mine
    for _, waiting in ipairs(others) do all = all + math.min(waiting, mine + 1) end
    return all
  end
end

-- Returns how many items are served before an order, and when its delay ends (ms). Both are false for an
-- order that does not wait; the delay is false for an order without one. An order waits until the first page
-- of its document is handed out.
local function wait_of(status, place, handed_out, count_ahead)
  if not place or (status ~= 'queued' and handed_out ~= '0') then return false, false end
  local due = redis.call('ZSCORE', delayed_key, place)
  return count_ahead(place), due and tonumber(due)
end
