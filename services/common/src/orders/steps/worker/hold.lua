#!lua flags=allow-oom
-- Returns whether the caller still has its work, and renews the lease before it ends. ARGV: attempt, page
-- (empty for the order itself), name of the lease, worker, duration of the lease in ms.
local attempt, page, name, worker, lease_ms = unpack(ARGV)
arrive(worker, tonumber(lease_ms))
local due = redis.call('ZSCORE', leases_key, name)
if not due or not is_mine(attempt) then return 'lost' end
if page ~= '' and redis.call('HEXISTS', pages_key, page) == 1 then return 'lost' end
if due - now < lease_ms * 2 / 3 then lease(name, lease_ms) end
return 'held'
