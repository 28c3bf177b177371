-- What wrk is told (tests/bench/served.py):
--
--	wrk -s ask.lua ... URL [-- BODY [TOKENS rotate|once|again
--	    [SIGNED header|body]]]
--
-- With a BODY it posts a form. With TOKENS, a file, the @ in BODY is
-- replaced by one of them: that of the family not asked for the longest time. A token
-- that rotates is replaced by the one in the answer, so that none is in flight
-- twice, on whichever connection wrk asks, as long as it runs in one thread;
-- at the end TOKENS is written again. Others are good once, or again and again.
--
-- SIGNED is a file with what is good for one request: a proof for the header DPoP,
-- a line each, or what SIGNED in BODY is replaced by.
--
-- Prints a line: answers a second, failures (all that is no 200), and the
-- median and 99th percentile of the time to an answer in microseconds.

local ID = 16 -- so many characters tell families apart

local function post_tokens(body, how)
	local before, after = body:match("^(.*)@(.*)$")
	local queue, first, last = {}, 1, 0

	latest, failed = {}, 0 -- global, for done()

	local function append(id)
		last = last + 1
		queue[last] = id
	end

	for token in io.lines(file) do
		append(token:sub(1, ID))
		latest[token:sub(1, ID)] = token
	end

	local signatures, used = {}, 0

	if signed then
		for line in io.lines(signed) do
			signatures[#signatures + 1] = line
		end
	end

	local function format_signed(text)
		local signature = signatures[used + 1]
		local headers

		assert(signature, "there are too few signatures")
		used = used + 1
		if signed_in == "body" then
			return wrk.format(nil, nil, nil,
			    (text:gsub("SIGNED", signature, 1)))
		end
		headers = { DPoP = signature }
		for name, value in pairs(wrk.headers) do
			headers[name] = value
		end
		return wrk.format(nil, nil, headers, text)
	end

	function request()
		local id = queue[first]
		assert(id, "there are too few tokens")
		queue[first] = nil
		first = first + 1
		if how == "again" then
			append(id)
		end
		if signed then
			return format_signed(before .. latest[id] .. after)
		end
		return wrk.format(nil, nil, nil, before .. latest[id] .. after)
	end

	function response(status, _, text)
		if status ~= 200 then
			failed = failed + 1
			io.stderr:write(text, "\n")
		elseif how == "rotate" then
			local token = text:match('"refresh_token":"([^"]*)"')
			local id = token:sub(1, ID)
			latest[id] = token
			append(id)
		end
	end
end

local thread

function setup(t)
	thread = t
end

function init(args)
	if not args[1] then
		return
	end
	wrk.method = "POST"
	wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
	wrk.body = args[1]
	if args[2] then
		file = args[2] -- global, for done()
		signed, signed_in = args[4], args[5]
		post_tokens(args[1], args[3])
	end
end

function done(summary, latency)
	local file, e = thread:get("file"), summary.errors
	local failures = e.connect + e.read + e.write + e.timeout

	if file then
		local out = io.open(file, "w")
		for _, token in pairs(thread:get("latest")) do
			out:write(token, "\n")
		end
		out:close()
		failures = failures + thread:get("failed")
	else
		failures = failures + e.status
	end
	print(string.format("%.1f %d %d %d",
	    summary.requests * 1e6 / summary.duration, failures,
	    latency:percentile(50), latency:percentile(99)))
end
