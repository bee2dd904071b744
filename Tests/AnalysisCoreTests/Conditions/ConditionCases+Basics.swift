extension ConditionCase {
  static let basics = ##"""
    string(1000000.0)  ===> "1e+06"
    string(1e20)  ===> "1e+20"
    string(1e21)  ===> "1e+21"
    string(123456789.5)  ===> "1.234567895e+08"
    string(0.00001)  ===> "1e-05"
    toJSON(1e20)  ===> "100000000000000000000"
    toJSON(1e21)  ===> "1e+21"
    toJSON(0.0000001)  ===> "1e-7"
    toJSON(1000000.0)  ===> "1000000"
    1 +   ===! syntax 4 unexpected end of the expression
    foo  ===! syntax 1 unknown name foo
    1 + "a"  ===! syntax 3 invalid operation: + (mismatched types int and string)
    [1,2,3][1.0]  ===! syntax 9 array elements can only be selected using an integer (got float64)
    [1,2,3][5]  ===! evaluation 8 index out of range: 5 (array length is 3)
    1..3  ===> [1,2,3]
    2 ** 3  ===> 8
    2 ** -1  ===> 0.5
    7 % 0  ===! evaluation 3 integer divide by zero
    "abc"[1]  ===! syntax 6 type string[int] is undefined
    "héllo"[1]  ===! syntax 8 type string[int] is undefined
    "héllo"[1:3]  ===> "é"
    len("héllo")  ===> 5
    indexOf("héllo", "l")  ===> 3
    -2 ** 2  ===> -4
    if 1 > 0 { 1 } else { 2 }  ===> 1
    if 1 > 0 { 1 } else if true { 2 } else {3}  ===> 1
    1; 2  ===> 2
    let x = 1; x + 1; x + 2  ===> 3
    let x = 1; let x = 2; x  ===! syntax 16 cannot redeclare variable x
    let len = 1; len  ===! syntax 5 cannot redeclare builtin len
    {"a": 1}.a  ===> 1
    {"a": 1}?.b?.c  ===> null
    {"a": 1}.b.c  ===! evaluation 12 cannot fetch c from <nil>
    nil?.b  ===! syntax 4 unexpected token ?.
    nil?.b.c  ===! syntax 4 unexpected token ?.
    {1: 2}  ===> {"1":2}
    [1,2] == [1.0, 2.0]  ===> true
    groupBy(1..5, # % 2)  ===> {"0":[2,4],"1":[1,3,5]}
    toJSON(groupBy(["a","b"], #))  ===> "{\n  \"a\": [\n    \"a\"\n  ],\n  \"b\": [\n    \"b\"\n  ]\n}"
    groupBy(1..5, # % 2)[1]  ===> [1,3,5]
    duration("1h").Hours()  ===> 1
    duration("1h")  ===> 3600000000000
    string(duration("1h30m"))  ===> "1h30m0s"
    date("2023-08-14")  ===> "2023-08-14T00:00:00Z"
    date("2023-08-14") + duration("1h")  ===> "2023-08-14T01:00:00Z"
    string(date("2023-08-14"))  ===> "2023-08-14 00:00:00 +0000 UTC"
    date("2023-08-14 00:00:00", "2006-01-02 15:04:05", "Europe/Zurich")  ===> "2023-08-14T00:00:00+02:00"
    timezone("UTC")  ===> {}
    date("2023-08-14").Format("Jan 2, 2006")  ===> "Aug 14, 2023"
    date("2023-08-14").In(timezone("Europe/Zurich"))  ===> "2023-08-14T02:00:00+02:00"
    date("2023-08-14").Weekday()  ===> 1
    string(date("2023-08-14").Weekday())  ===> "Monday"
    date("2023-08-14").Unix()  ===> 1691971200
    date("2023-08-14").Month()  ===> 8
    date("2023-08-14").Month() == 8  ===! syntax 28 invalid operation: == (mismatched types time.Month and int)
    duration("1h") * 2  ===> 7200000000000
    2 * duration("1h")  ===> 7200000000000
    duration("1h") / 2  ===! syntax 16 invalid operation: / (mismatched types time.Duration and int)
    duration("1h") / duration("30m")  ===! syntax 16 invalid operation: / (mismatched types time.Duration and time.Duration)
    -duration("1h")  ===! syntax 1 invalid operation: - (mismatched type time.Duration)
    duration("1h") == 3600000000000  ===! syntax 16 invalid operation: == (mismatched types time.Duration and int)
    type(duration("1h"))  ===> "time.Duration"
    type(nil)  ===> "nil"
    type([1])  ===> "array"
    type({})  ===> "map"
    type(1)  ===> "int"
    type(1.5)  ===> "float"
    type(timezone("UTC"))  ===> "time.Location"
    9223372036854775807 + 1  ===> -9223372036854775808
    -9223372036854775808  ===! syntax 2 integer out of range: 9223372036854775808
    "a" in {"a": 1}  ===> true
    1 in [1,2]  ===> true
    "x" in [1]  ===! syntax 5 cannot use string as type int in array
    nil in [nil]  ===> true
    "b" in "abc"  ===! syntax 5 invalid operation: in (mismatched types string and string)
    "abc" matches "b"  ===> true
    "abc" matches "("  ===! syntax 7 error parsing regexp: missing closing ) at 2
    not ("a" in ["a"])  ===> false
    "a" not in ["a"]  ===> false
    1 < 2 < 3  ===> true
    1 == 1 == true  ===> true
    1 ?? 2 + 3  ===! syntax 8 operator (+) and coalesce expressions (??) cannot be mixed; wrap either in parentheses
    (nil ?? 2) + 3  ===> 5
    nil ?? 2 + 3  ===! syntax 10 operator (+) and coalesce expressions (??) cannot be mixed; wrap either in parentheses
    true ? 1 : 2  ===> 1
    true ?: 2  ===> true
    [1,2,3] | map(# * 2) | sum()  ===> 12
    1..3 | map({# * 2})  ===> [2,4,6]
    $env  ===> {}
    $env.foo  ===! syntax 6 unknown name foo
    $env["foo"]  ===! syntax 5 unknown name foo
    "foo" in $env  ===> false
    x % 2  <=== {"x": 5}  ===> 1
    x % 2  <=== {"x": 5.5}  ===! syntax 3 invalid operation: % (mismatched types float64 and int)
    type(x)  <=== {"x": 5}  ===> "int"
    #  ===! syntax 1 cannot use pointer accessor outside closure
    'it\'s'  ===> "it's"
    "\u00e9\x41\101"  ===> "éAA"
    '\q'  ===! syntax 3 invalid escape in a string
    `a\nb`  ===> "a\\nb"
    '\"'  ===! syntax 3 invalid escape in a string
    0777  ===> 777
    1_000  ===> 1000
    0x_FF  ===> 255
    1e3  ===> 1000
    1.  ===> 1
    .5  ===> 0.5
    1.e3  ===> 1000
    0b12  ===! syntax 1 bad number syntax: 0b12
    0o8  ===! syntax 1 bad number syntax: 0o8
    1_000.5  ===> 1000.5
    string(100000.0)  ===> "100000"
    string(123456.0)  ===> "123456"
    string(1234567.0)  ===> "1.234567e+06"
    string(12345678.5)  ===> "1.23456785e+07"
    string(123456789012345678.0)  ===> "1.2345678901234568e+17"
    string(0.0001)  ===> "0.0001"
    string(0.00001234)  ===> "1.234e-05"
    type(duration("1h") * 1.5)  ===> "float"
    type(2 * duration("1h"))  ===> "time.Duration"
    string([1000000.0])  ===> "[1e+06]"
    "x" + string(999999.5)  ===> "x999999.5"
    """##
}
