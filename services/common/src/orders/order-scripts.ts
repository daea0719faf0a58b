/**
 * The steps of an order's life that must be one step in Redis. KEYS: the record's hash, the text's string.
 * Times of the deadline are Redis's own clock in milliseconds: a script that Redis runs after a stall knows that it is late.
 */
const nowMs = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/** ARGV: deadline, then the record's fields and values. The expiry cleans up after an API that died half-way. */
export const createScript = `${nowMs}
if now > tonumber(ARGV[1]) then return 'late' end
redis.call('HSET', KEYS[1], 'status', 'accepting', 'deadline', ARGV[1], unpack(ARGV, 2))
redis.call('EXPIRE', KEYS[1], 3600)
return 'created'
`;

/** No ARGV. A record that a revocation deleted stays deleted. */
export const confirmScript = `${nowMs}
local deadline = redis.call('HGET', KEYS[1], 'deadline')
if not deadline or now > tonumber(deadline) then
  redis.call('DEL', KEYS[1])
  return 'late'
end
redis.call('HSET', KEYS[1], 'status', 'queued')
redis.call('HDEL', KEYS[1], 'deadline')
redis.call('PERSIST', KEYS[1])
return 'queued'
`;

/** ARGV: started_at, the most attempts, finished_at and the reason (code, message) for the one attempt too many. */
export const claimScript = `${nowMs}
local status = redis.call('HGET', KEYS[1], 'status')
if not status then return {'gone', '0'} end
if status == 'completed' or status == 'failed' then return {'ended', '0'} end
if status == 'accepting' then
  if now <= tonumber(redis.call('HGET', KEYS[1], 'deadline')) then return {'wait', '0'} end
  redis.call('DEL', KEYS[1])
  return {'gone', '0'}
end
local attempt = redis.call('HINCRBY', KEYS[1], 'attempt', 1)
if attempt > tonumber(ARGV[2]) then
  redis.call('HSET', KEYS[1], 'status', 'failed', 'finished_at', ARGV[1], 'reason_code', ARGV[3], 'reason_message', ARGV[4])
  return {'exhausted', tostring(attempt)}
end
redis.call('HSET', KEYS[1], 'status', 'processing')
redis.call('HSETNX', KEYS[1], 'started_at', ARGV[1])
return {'claimed', tostring(attempt)}
`;

/** A worker whose order was taken over, or revoked, must not write. ARGV[1]: its attempt, or '' for an order nobody runs. */
const mine = `
local status = redis.call('HGET', KEYS[1], 'status')
if status ~= 'processing' and not (status == 'queued' and ARGV[1] == '') then return 'lost' end
if ARGV[1] ~= '' and redis.call('HGET', KEYS[1], 'attempt') ~= ARGV[1] then return 'lost' end
`;

/** ARGV: attempt, finished_at, text. */
export const completeScript = `${mine}
redis.call('SET', KEYS[2], ARGV[3])
redis.call('HSET', KEYS[1], 'status', 'completed', 'finished_at', ARGV[2])
return 'written'
`;

/** ARGV: attempt, finished_at, reason's code, reason's message. */
export const failScript = `${mine}
redis.call('HSET', KEYS[1], 'status', 'failed', 'finished_at', ARGV[2], 'reason_code', ARGV[3], 'reason_message', ARGV[4])
return 'written'
`;
