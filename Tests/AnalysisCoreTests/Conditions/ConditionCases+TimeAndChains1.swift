extension ConditionCase {
  static let timeAndChains1 = ##"""
    "\ud83d\ude00"  ===> "��"
    "\u{1F600}"  ===> "😀"
    "\xff"  ===> "ÿ"
    type(b"abc")  ===> "array"
    "\U0001F600"  ===> "😀"
    (if true {1} else {2}) + 1  ===> 2
    if true {1} else {2} + 1  ===! syntax 22 unexpected token +
    if true {1}  ===! syntax 11 expected else but found end of the expression
    len(let x = "a"; x)  ===> 1
    1;  ===> 1
    1;;2  ===! syntax 3 unexpected token ;
    let x = 1  ===! syntax 9 expected ; but found end of the expression
    let x = 1;  ===! syntax 10 unexpected end of the expression
    [let x = 1; x]  ===> [1]
    map([1,2], let y = #; y * 2)  ===> [2,4]
    map([1,2], {let y = #; y * 2})  ===> [2,4]
    ::len("abc")  ===> 3
    true.x  ===! syntax 5 unexpected token .
    1.x  ===! syntax 3 bad number syntax: 1.x
    {in: 1}  ===! syntax 2 a map key must be a string, a number, a name, or in parentheses
    {not: 1}.not  ===! syntax 2 a map key must be a string, a number, a name, or in parentheses
    {"a b": 1}["a b"]  ===> 1
    {1.5: 1}  ===> {"1.5":1}
    {(1+1): 1}  ===! evaluation 4 a map key must be a string, but got int
    {("a"): 1}  ===> {"a":1}
    {a: 1,}  ===> {"a":1}
    {,}  ===! syntax 2 a map key must be a string, a number, a name, or in parentheses
    [,]  ===! syntax 2 unexpected token ,
    [1,,2]  ===! syntax 4 unexpected token ,
    len("a",)  ===> 1
    map([1],#,)  ===> [1]
    date("2023-01-02").Hour  ===! syntax 20 type time.Time has no field Hour
    date("2023-01-02").hour()  ===! syntax 20 type time.Time has no method hour
    "abc".upper()  ===! syntax 7 type string has no method upper
    duration("1h30m").Minutes()  ===> 90
    duration("1h30m").String()  ===> "1h30m0s"
    duration("90s").Truncate(duration("1m"))  ===> 60000000000
    duration("1500ms").Seconds()  ===> 1.5
    duration("1500ms").Milliseconds()  ===> 1500
    duration("1x")  ===! evaluation 1 time: invalid duration "1x"
    duration("")  ===! evaluation 1 time: invalid duration ""
    duration("1.5h")  ===> 5400000000000
    date("x")  ===! evaluation 1 invalid date x
    date("2023-01-02T03:04:05Z").AddDate(0, 1, -1)  ===> "2023-02-01T03:04:05Z"
    date("2023-01-31").AddDate(0, 1, 0)  ===> "2023-03-03T00:00:00Z"
    date("2023-01-02").Add(duration("1h"))  ===> "2023-01-02T01:00:00Z"
    date("2023-01-02").Sub(date("2023-01-01"))  ===> 86400000000000
    date("2023-01-02") - date("2023-01-01")  ===> 86400000000000
    date("2023-01-02").Before(date("2023-01-03"))  ===> true
    date("2023-01-02").After(date("2023-01-03"))  ===> false
    date("2023-01-02").Equal(date("2023-01-02"))  ===> true
    date("2023-01-02").Compare(date("2023-01-03"))  ===> -1
    date("2023-01-02") < date("2023-01-03")  ===> true
    date("2023-01-02") == date("2023-01-02")  ===> true
    date("2023-01-02") == date("2023-01-02T01:00:00+01:00")  ===> true
    date("2023-01-02T03:04:05.123456Z").Nanosecond()  ===> 123456000
    date("2023-01-02T03:04:05.123456Z")  ===> "2023-01-02T03:04:05.123456Z"
    date("2023-01-02T03:04:05+05:30")  ===> "2023-01-02T03:04:05+05:30"
    string(date("2023-01-02T03:04:05+05:30"))  ===> "2023-01-02 03:04:05 +0530 +0530"
    string(date("2023-01-02T03:04:05.5Z"))  ===> "2023-01-02 03:04:05.5 +0000 UTC"
    date("02 Jan 23 15:04 UTC")  ===> "2023-01-02T15:04:00Z"
    date("02 Jan 23 15:04 CET")  ===> "2023-01-02T15:04:00Z"
    string(date("02 Jan 23 15:04 CET"))  ===> "2023-01-02 15:04:00 +0000 CET"
    date("Monday, 02-Jan-06 15:04:05 MST")  ===> "2006-01-02T15:04:05Z"
    date("Mon, 02 Jan 2006 15:04:05 GMT")  ===> "2006-01-02T15:04:05Z"
    date("15:04:05")  ===> "0000-01-01T15:04:05Z"
    date("2023-13-01")  ===! evaluation 1 invalid date 2023-13-01
    date("2023-02-30")  ===! evaluation 1 invalid date 2023-02-30
    date("03/04/2023", "02/01/2006")  ===> "2023-04-03T00:00:00Z"
    date("Mar 4, 2023 3:04PM", "Jan 2, 2006 3:04PM")  ===> "2023-03-04T15:04:00Z"
    date("2023-06-01 12:00", "2006-01-02 15:04", "America/New_York")  ===> "2023-06-01T12:00:00-04:00"
    date(timezone("America/New_York"), "2023-06-01 12:00:00")  ===> "2023-06-01T12:00:00-04:00"
    date(timezone("America/New_York"), "2023-06-01 12:00", "2006-01-02 15:04")  ===> "2023-06-01T12:00:00-04:00"
    date("2023-06-01 12:00", "2006-01-02 15:04", "Nowhere/X")  ===! evaluation 1 unknown time zone Nowhere/X
    timezone("Nowhere")  ===! evaluation 1 unknown time zone Nowhere
    date("2023-06-01").In(timezone("Asia/Kolkata")).Format("2006-01-02T15:04:05Z07:00 MST")  ===> "2023-06-01T05:30:00+05:30 IST"
    date("2023-06-01").YearDay()  ===> 152
    date("2023-06-01").UnixMilli()  ===> 1685577600000
    date("2023-06-01").UnixNano()  ===> 1685577600000000000
    date("2023-06-01").IsZero()  ===> false
    date("2023-06-01").Month().String()  ===> "June"
    int(date("2023-06-01").Month())  ===> 6
    date("2023-06-01").Truncate(duration("24h"))  ===> "2023-06-01T00:00:00Z"
    date("2023-06-01T10:31:00Z").Round(duration("1h"))  ===> "2023-06-01T11:00:00Z"
    date("2023-06-01").Format("Monday, 02-Jan-06 15:04:05 MST")  ===> "Thursday, 01-Jun-23 00:00:00 UTC"
    date("2023-06-01").Format("2006-002 __2 _2 .000 PM pm 3 03 -0700 Z07")  ===> "2023-152 152  1 .000 AM am 12 12 +0000 Z"
    date("2023-06-01").Location()  ===> {}
    date("2023-06-01").Date()  ===! syntax 20 type time.Time has no method Date
    date("2023-06-01").Weekday().String()  ===> "Thursday"
    date("2023-06-01").String()  ===> "2023-06-01 00:00:00 +0000 UTC"
    now() - duration("1h") < now()  ===> true
    now() > date("2020-01-01")  ===> true
    duration("1h") + duration("30m")  ===> 5400000000000
    duration("1h") - duration("2h")  ===> -3600000000000
    duration("1h") > duration("30m")  ===> true
    duration("1h") * 1.5  ===> 5400000000000
    1.5 * duration("1h")  ===> 5400000000000
    duration("1h") * duration("1ns")  ===> 3600000000000
    duration("1h") + 1  ===! syntax 16 invalid operation: + (mismatched types time.Duration and int)
    toJSON(duration("1s"))  ===> "1000000000"
    string(duration("1ms500us"))  ===> "1.5ms"
    string(duration("-1.5h"))  ===> "-1h30m0s"
    max(duration("1h"), duration("2h"))  ===> 7200000000000
    date("2023-01-02") + 1  ===! syntax 20 invalid operation: + (mismatched types time.Time and int)
    date("2023-01-02") - 1  ===! syntax 20 invalid operation: - (mismatched types time.Time and int)
    duration("1h") + date("2023-01-02")  ===> "2023-01-02T01:00:00Z"
    $env == {}  ===> true
    len($env)  ===> 0
    keys($env)  ===> []
    get($env, "foo")  ===> null
    $env?.foo  ===> null
    $env?.["foo"]  ===> null
    [1,2,3]?.[5]  ===! evaluation 10 index out of range: 5 (array length is 3)
    [1,2,3]?.[1]  ===> 2
    {a: nil}.a?.b  ===> null
    {a: nil}.a?.b.c.d  ===> null
    {a: nil}.a?.[0]  ===> null
    {a: nil}.a?.b + 1  ===! evaluation 15 invalid operation: <nil> + int
    ({a: nil}.a?.b).c  ===> null
    {a: {b: 1}}?.a?.b  ===> 1
    {a: nil}?.a ?? "x"  ===> "x"
    "a" + "b" == "ab"  ===> true
    [1,2] | map(# + 1) | filter(# > 2)  ===> [3]
    "abc" | len() | string()  ===> "3"
    1 + 2 | string()  ===> "3"
    true ? 1 : 2 | string()  ===> 1
    not 1 in [2]  ===! syntax 1 invalid operation: ! (mismatched type int)
    not (1 in [2])  ===> true
    !(1 in [2])  ===> true
    1 not in [2] and true  ===> true
    "a" not matches "b"  ===> true
    "a" not startsWith "b"  ===> true
    "a" not == "b"  ===! syntax 9 unexpected token ==
    1 not > 2  ===! syntax 7 unexpected token >
    1 if true  ===! syntax 3 unexpected token if
    a..b  ===! syntax 1 unknown name a
    1...3  ===! syntax 2 invalid operation: .. (mismatched types int and float64)
    1..2..3  ===! syntax 5 invalid operation: .. (mismatched types []int and int)
    [1..3]  ===> [[1,2,3]]
    -5 % 3  ===> -2
    5 % -3  ===> 2
    -5..-3  ===> [-5,-4,-3]
    2 * -3  ===> -6
    2 - -3  ===> 5
    - - 3  ===> 3
    !!true  ===> true
    not not true  ===> true
    +5  ===> 5
    +-5  ===> -5
    5.0 / 2  ===> 2.5
    1e400  ===! syntax 1 bad number syntax: 1e400
    1 == 1.0  ===> true
    1 <= 1.0  ===> true
    "10" < "9"  ===> true
    0.1 + 0.2  ===> 0.30000000000000004
    1e-7  ===> 1e-7
    1e21  ===> 1e+21
    100000000000000000000.0  ===> 100000000000000000000
    123456789012345678  ===> 123456789012345678
    -0.0  ===> -0
    3.0  ===> 3
    2.50  ===> 2.5
    1 + 2.0  ===> 3
    9007199254740993  ===> 9007199254740993
    9007199254740993 == 9007199254740992.0  ===> true
    int(9007199254740993.0)  ===> 9007199254740992
    abs(-9223372036854775807 - 1)  ===> -9223372036854775808
    -9223372036854775807 - 2  ===> 9223372036854775807
    9223372036854775807 * 2  ===> -2
    "a" in "abc"  ===! syntax 5 invalid operation: in (mismatched types string and string)
    """##
}
