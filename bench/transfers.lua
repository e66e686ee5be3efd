-- wrk: transfers of 0.01 between the wallets listed in $WALLETS, one id a line.
-- $SOURCE=hot: all from the first one; else between any two.
local wallets = {}
for id in io.lines(os.getenv("WALLETS")) do
  wallets[#wallets + 1] = id
end
local hot = os.getenv("SOURCE") == "hot"
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init()
  math.randomseed(number)
end

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"

function request()
  local from = hot and 1 or math.random(#wallets)
  local to = math.random(#wallets - 1)
  if to >= from then
    to = to + 1
  end
  local body = '{"to_wallet_id":"' .. wallets[to] .. '","amount":"0.01"}'
  return wrk.format(nil, "/wallets/" .. wallets[from] .. "/transfer", nil, body)
end
