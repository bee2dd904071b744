extension ConditionCase {
  static let differences = ##"""
    asInt("12") + 1  ===> 13
    asInt(3.7)  ===> 3
    asInt("x")  ===! evaluation 1 asInt(): parsing "x": invalid syntax
    asInt(nil)  ===! syntax 1 invalid argument for asInt (type nil)
    asInt([1])  ===! syntax 1 invalid argument for asInt (type []int)
    asFloat("0.5") * 2  ===> 1
    asFloat(3)  ===> 3
    asFloat("1e-3")  ===> 0.001
    asFloat("x")  ===! evaluation 1 asFloat(): parsing "x": invalid syntax
    isNaN(0.0 / 0)  ===> true
    isNaN(1.5)  ===> false
    isNaN(1)  ===> false
    isNaN("a")  ===! syntax 1 invalid argument for isNaN (type string)
    isInf(1 / 0)  ===> true
    isInf(-1 / 0)  ===> true
    isInf(1.5)  ===> false
    isInf(nil)  ===! syntax 1 invalid argument for isInf (type nil)
    isNil(nil)  ===> true
    isNil(0)  ===> false
    isNil({a: nil}.a)  ===> true
    default(nil, 5)  ===> 5
    default(0, 5)  ===> 0
    default({a: nil}.a, "none")  ===> "none"
    default(1)  ===! syntax 1 not enough arguments to call default
    default(result, 0) < 5  <=== {"result": null}  ===> true
    default(result, 0) < 5  <=== {"result": 7}  ===> false
    isNaN(result) || result > 0.9  <=== {"result": 0.95}  ===> true
    result[0] >= 0.95  <=== {"result": [0.97]}  ===> true
    len(result) == 0 || result[0] >= 0.95  <=== {"result": []}  ===> true
    all(result, {# < 1})  <=== {"result": [0.5, 0.9]}  ===> true
    all(result, # < 1)  <=== {"result": [0.5, 1.9]}  ===> false
    result.ok && result.successPercent >= 0.90  <=== {"result": {"ok": true, "successPercent": 0.95}}  ===> true
    asFloat(result.data.value) < 100.5  <=== {"result": {"data": {"value": "99"}}}  ===> true
    result == "It worked!"  <=== {"result": "It worked!"}  ===> true
    result.status in ["ok", "passed"]  <=== {"result": {"status": "passed"}}  ===> true
    count(result, .status == "failed") <= 1  <=== {"result": [{"status": "ok"}, {"status": "failed"}]}  ===> true
    sum(map(result, .errors)) / sum(map(result, .total)) < 0.05  <=== {"result": [{"errors": 1, "total": 100}, {"errors": 2, "total": 100}]}  ===> true
    result?.data?.items ?? [] | len()  <=== {"result": {}}  ===> 0
    let p95 = sort(result)[int(len(result) * 0.95)]; p95 < 200  <=== {"result": [100, 120, 250, 90]}  ===> false
    7 / 2  ===> 3.5
    1 / 3  ===> 0.3333333333333333
    6 / 2  ===> 3
    7 / 0 > 1  ===> true
    -7 / 2  ===> -3.5
    1 / 4 + 1  ===> 1.25
    10 / 4 * 2  ===> 5
    2 / 8 == 0.25  ===> true
    filter(1..3, #index > 0)  ===> [2,3]
    all(1..3, #index < 3)  ===> true
    sum(1..3, #index)  ===> 3
    groupBy(1..3, # % 2 == 0)  ===> {"false":[1,3],"true":[2]}
    string(timezone("UTC"))  ===> "UTC"
    timezone("Local")  ===> {}
    int(1e30)  ===! evaluation 1 int() of 1e+30 is out of range
    string(0.0 / 0)  ===> "NaN"
    string(1 / 0)  ===> "+Inf"
    string(-1 / 0)  ===> "-Inf"
    0.0 / 0  ===! evaluation 1 json: unsupported value: NaN
    1 / 0  ===! evaluation 1 json: unsupported value: +Inf
    [1 / 0]  ===! evaluation 1 json: unsupported value: +Inf
    0.0 / 0 == 0.0 / 0  ===> false
    min(1, 0.0 / 0)  ===! evaluation 1 json: unsupported value: NaN
    now()  ===> "2027-01-15T08:00:00Z"
    now() - duration("5m")  ===> "2027-01-15T07:55:00Z"
    now().Year()  ===> 2027
    now() > date("2020-01-01") + duration("24h")  ===> true
    now() - date("2027-01-15") < duration("24h")  ===> true
    now(timezone("UTC")) == now()  ===> true
    string(now())  ===> "2027-01-15 08:00:00 +0000 UTC"
    duration("5m").Minutes() * 60 == duration("5m").Seconds()  ===> true
    null  ===! syntax 1 unknown name null
    b"abc"  ===> [97,98,99]
    b"\xff\n"[0]  ===> 255
    len(b"é")  ===> 2
    int(date("2023-06-01").Weekday())  ===> 4
    date("2023-06-01").Month() == date("2024-06-01").Month()  ===> true
    date("2023-06-01").Month() == 6  ===! syntax 28 invalid operation: == (mismatched types time.Month and int)
    date("1969-12-31T23:59:59Z").Unix()  ===> -1
    date("0001-01-01").IsZero()  ===> true
    date("9999-12-31").AddDate(1, 0, 0)  ===! evaluation 1 json: year outside of range [0,9999]
    date("2023-06-01").AddDate(9999999, 0, 0)  ===! evaluation 20 date out of range
    date("2023-06-01").Add(duration("1h")).Sub(date("2023-06-01")).String()  ===> "1h0m0s"
    date("2023-06-01").Format("Jane Month 2006")  ===> "Jane Month 2023"
    date("2023-06-01T10:00:00.25Z").Format("15:04:05.000,999 .9")  ===> "10:00:00.250,25 .2"
    date("10:05:06.75", "15:04:05")  ===> "0000-01-01T10:05:06.75Z"
    date("2023-06-01 10:05 PM", "2006-01-02 03:04 PM").Hour()  ===> 22
    date("12:30 AM", "03:04 PM").Hour()  ===> 0
    date("13:30 PM", "03:04 PM")  ===! evaluation 1 parsing time "13:30 PM" as "03:04 PM": cannot parse ":30 PM"
    date("2023 152", "2006 002")  ===> "2023-06-01T00:00:00Z"
    date("1 June 99", "2 January 06").Year()  ===> 1999
    date("2023-06-01T10:00:00+02:00").UTC()  ===> "2023-06-01T08:00:00Z"
    date("2023-06-01T10:00:00-0730", "2006-01-02T15:04:05-0700")  ===> "2023-06-01T10:00:00-07:30"
    date("2023-06-01 extra", "2006-01-02")  ===! evaluation 1 parsing time "2023-06-01 extra": extra text: " extra"
    date("2023-06", "2006-01-02")  ===! evaluation 1 parsing time "2023-06" as "2006-01-02": cannot parse ""
    date("2023-06-01").Nope()  ===! syntax 20 type time.Time has no method Nope
    date("2023-06-01").Add()  ===! syntax 20 not enough arguments to call Add
    date("2023-06-01").Add(1)  ===! evaluation 20 cannot use int as argument (type time.Duration) to call Add
    date("2023-06-01").Format(1)  ===! evaluation 20 cannot use int as argument (type string) to call Format
    duration("1h").Year()  ===! syntax 16 type time.Duration has no method Year
    "abc".Hour()  ===! syntax 7 type string has no method Hour
    {a: 1}.a.b()  ===! evaluation 10 type int has no method b
    $env.now()  ===! syntax 6 type map[string]interface {} has no method now
    duration("9223372036s")  ===> 9223372036000000000
    duration("9223372037s")  ===! evaluation 1 time: invalid duration "9223372037s"
    duration("2562047h") + duration("2562047h")  ===> -5673709551616
    duration("1.5µs")  ===> 1500
    duration(".5s")  ===> 500000000
    duration("1h-1m")  ===! evaluation 1 time: invalid duration "1h-1m"
    duration("1m30")  ===! evaluation 1 time: invalid duration "1m30"
    duration("100ms").Round(duration("1s"))  ===> 0
    duration("1500ms").Round(duration("1s"))  ===> 2000000000
    duration("-1500ms").Abs()  ===> 1500000000
    [date("2023-01-02"), date("2023-01-01")] | sort() | first()  ===> "2023-01-01T00:00:00Z"
    sort([duration("2s"), duration("1s")])  ===> [1000000000,2000000000]
    sort([nil, 1])  ===! evaluation 1 invalid operation: cannot sort values of different or unordered types
    {a: date("2023-01-01"), b: duration("1s")}  ===> {"a":"2023-01-01T00:00:00Z","b":1000000000}
    """##
}
