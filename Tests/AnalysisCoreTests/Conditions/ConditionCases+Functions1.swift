extension ConditionCase {
  static let functions1 = ##"""
    findLast([1,2,3], # < 3)  ===> 2
    findIndex([1,2,3], # > 9)  ===> null
    findLastIndex([1,2,3], # < 3)  ===> 1
    find([1], # > 9)  ===> null
    sum([])  ===> 0
    sum([1,2.5])  ===> 3.5
    sum(["a","b"])  ===! evaluation 1 invalid argument for sum (type string)
    sum([duration("1s"), duration("2s")])  ===> 3000000000
    count([true,false,true])  ===> 2
    count([1,2], # > 1)  ===> 1
    min([])  ===> null
    max([])  ===> null
    min(1, 2.5)  ===> 1
    max([1, [5, 2]], 3)  ===> 5
    min("a")  ===! syntax 1 invalid argument for min (type string)
    mean([])  ===> 0
    median([])  ===> 0
    median(3, 1, 2)  ===> 2
    mean(1, 2)  ===> 1.5
    first([])  ===> null
    last([])  ===> null
    first("abc")  ===! syntax 1 invalid argument for first (type string)
    take([1,2,3], 5)  ===> [1,2,3]
    take([1,2,3], -1)  ===! evaluation 1 cannot take -1 elements
    take("abc", 2)  ===! syntax 1 invalid argument for take (type string)
    reverse([1,2])  ===> [2,1]
    reverse("abc")  ===! syntax 1 invalid argument for reverse (type string)
    sort([3,1,2])  ===> [1,2,3]
    sort([3,1,2], "desc")  ===> [3,2,1]
    sort(["b","a"])  ===> ["a","b"]
    sort([1,"a"])  ===! evaluation 1 invalid operation: cannot sort values of different or unordered types
    sort([2,1.5])  ===> [1.5,2]
    sort([1], "up")  ===! evaluation 1 invalid order up, expected asc or desc
    sortBy([{a:2},{a:1}], .a)  ===> [{"a":1},{"a":2}]
    sortBy([{a:2},{a:1}], "a")  ===> [{"a":2},{"a":1}]
    sortBy([{a:2},{a:1}], .a, "desc")  ===> [{"a":2},{"a":1}]
    sortBy([3,1,2], -#)  ===> [3,2,1]
    keys({a:1})  ===> ["a"]
    values({a:1})  ===> [1]
    toPairs({a:1})  ===> [["a",1]]
    fromPairs([["a",1]])  ===> {"a":1}
    toJSON(fromPairs([["a",1]]).a)  ===> "1"
    fromPairs([[1,2]])[1]  ===> 2
    uniq([1,1.0,2,"a","a"])  ===> [1,2,"a"]
    concat([1],[2])  ===> [1,2]
    concat()  ===! syntax 1 not enough arguments to call concat
    concat(1)  ===! syntax 1 invalid argument for concat (type int)
    flatten([1,[2,[3]]])  ===> [1,2,3]
    flatten(1)  ===! syntax 1 invalid argument for flatten (type int)
    join(["a","b"], ",")  ===> "a,b"
    join([1,2])  ===! evaluation 1 invalid argument for join (type int)
    join(["a"])  ===> "a"
    split("a,b,c", ",")  ===> ["a","b","c"]
    split("a,b,c", ",", 2)  ===> ["a","b,c"]
    split("a,b,c", ",", 0)  ===> null
    split("abc", "")  ===> ["a","b","c"]
    splitAfter("a,b,c", ",")  ===> ["a,","b,","c"]
    splitAfter("a,b,c", ",", 2)  ===> ["a,","b,c"]
    replace("aaa", "a", "b")  ===> "bbb"
    replace("aaa", "a", "b", 2)  ===> "bba"
    replace("abc", "", "-")  ===> "-a-b-c-"
    repeat("a", 3)  ===> "aaa"
    repeat("a", -1)  ===! evaluation 1 invalid argument for repeat (expected positive integer, got -1)
    repeat("ab", 0)  ===> ""
    trim("  a ")  ===> "a"
    trim("xax", "x")  ===> "a"
    trimPrefix("abc", "a")  ===> "bc"
    trimPrefix(" abc")  ===> "abc"
    trimSuffix("abc", "c")  ===> "ab"
    upper("héß")  ===> "HÉß"
    lower("HÉİ")  ===> "héi"
    indexOf("abc", "z")  ===> -1
    lastIndexOf("abcabc", "b")  ===> 4
    hasPrefix("abc", "a")  ===> true
    hasSuffix("abc", "c")  ===> true
    abs(-5)  ===> 5
    abs(-5.5)  ===> 5.5
    abs("a")  ===! syntax 1 invalid argument for abs (type string)
    ceil(1.2)  ===> 2
    ceil(1)  ===> 1
    floor(-1.5)  ===> -2
    round(2.5)  ===> 3
    round(-2.5)  ===> -3
    int(1.9)  ===> 1
    int(-1.9)  ===> -1
    int("12")  ===> 12
    int("1.5")  ===! evaluation 1 int(): parsing "1.5": invalid syntax
    int("x")  ===! evaluation 1 int(): parsing "x": invalid syntax
    int(" 1")  ===! evaluation 1 int(): parsing " 1": invalid syntax
    int("0x10")  ===! evaluation 1 int(): parsing "0x10": invalid syntax
    int("1_000")  ===! evaluation 1 int(): parsing "1_000": invalid syntax
    int("+5")  ===> 5
    int(true)  ===! syntax 1 invalid argument for int (type bool)
    float("1.5")  ===> 1.5
    float("1e3")  ===> 1000
    float("0x10")  ===! evaluation 1 float(): parsing "0x10": invalid syntax
    float("inf")  ===! evaluation 1 json: unsupported value: +Inf
    float("NaN")  ===! evaluation 1 json: unsupported value: NaN
    float("x")  ===! evaluation 1 float(): parsing "x": invalid syntax
    float(true)  ===! syntax 1 invalid argument for float (type bool)
    string(1)  ===> "1"
    string(1.0)  ===> "1"
    string(nil)  ===> "\u003cnil\u003e"
    string(true)  ===> "true"
    string([1,"a",nil])  ===> "[1 a \u003cnil\u003e]"
    string({a:1, b:[1.5]})  ===> "map[a:1 b:[1.5]]"
    string("a")  ===> "a"
    toJSON({a:[1,2.5,"<x>"], b:nil})  ===> "{\n  \"a\": [\n    1,\n    2.5,\n    \"\\u003cx\\u003e\"\n  ],\n  \"b\": null\n}"
    toJSON([])  ===> "[]"
    toJSON({})  ===> "{}"
    toJSON("a\u2028b\u0001\t")  ===> "\"a\\u2028b\\u0001\\t\""
    fromJSON("[1,2.5,{\"a\":null}]")  ===> [1,2.5,{"a":null}]
    type(fromJSON("1"))  ===> "float"
    fromJSON("x")  ===! evaluation 1 invalid JSON at byte 0: unexpected character
    toBase64("Hello")  ===> "SGVsbG8="
    fromBase64("SGVsbG8=")  ===> "Hello"
    fromBase64("!!")  ===! evaluation 1 illegal base64 data
    bitand(6, 3)  ===> 2
    bitor(6, 3)  ===> 7
    bitxor(6, 3)  ===> 5
    bitnand(6, 3)  ===> 4
    bitnot(6)  ===> -7
    bitshl(1, 70)  ===> 0
    bitshl(1, 3)  ===> 8
    bitshr(-8, 1)  ===> -4
    bitushr(-8, 1)  ===> 9223372036854775804
    bitshl(1, -1)  ===! evaluation 1 invalid operation: negative shift count -1 (type int)
    bitand(1.0, 1)  ===! syntax 8 cannot use float64 as argument (type int) to call bitand
    get([1,2], 5)  ===> null
    get([1,2], 0)  ===> 1
    get({a:1}, "b")  ===> null
    get("abc", 1)  ===! syntax 5 type string does not support indexing
    get([1], "a")  ===! syntax 10 non-integer slice index string
    len(5)  ===! syntax 1 invalid argument for len (type int)
    len({a:1})  ===> 1
    len("😀")  ===> 1
    all([1,2], # > 0)  ===> true
    all([], false)  ===> true
    none([1], # > 5)  ===> true
    one([1,2], # > 1)  ===> true
    any([1,2], # > 1)  ===> true
    all([1], 5)  ===! syntax 10 predicate should return boolean (got int)
    all(5, true)  ===! syntax 5 builtin all takes only array (got int)
    all([1])  ===! syntax 8 not enough arguments to call all
    map([1,2], #index)  ===> [0,1]
    map({a:1}, #)  ===! syntax 5 builtin map takes only array (got map[string]interface {})
    filter([1,2,3], # > 1)  ===> [2,3]
    filter({a:1}, true)  ===! syntax 8 builtin filter takes only array (got map[string]interface {})
    reduce([1,2,3], #acc + #)  ===> 6
    reduce([1,2,3], #acc + #, 10)  ===> 16
    reduce([], #acc + #)  ===! evaluation 1 reduce of empty array with no initial value
    reduce([], #acc + #, 5)  ===> 5
    reduce([1,2], #acc + #index)  ===> 2
    map(1..3, map(1..2, # * #index))  ===> [[0,2],[0,2],[0,2]]
    groupBy([1,2,3], # > 1)[true]  ===> [2,3]
    len(groupBy([1,2,3], # > 1))  ===> 2
    [1,2,3][-1]  ===> 3
    [1,2,3][1:]  ===> [2,3]
    [1,2,3][:-1]  ===> [1,2]
    [1,2,3][-2:]  ===> [2,3]
    [1,2,3][5:]  ===> []
    [1,2,3][2:1]  ===> []
    "abc"[1:2]  ===> "b"
    "abc"[-1:]  ===> "c"
    {a:1}[1:2]  ===! syntax 6 cannot slice map[string]interface {}
    [1,2,3].a  ===! syntax 9 array elements can only be selected using an integer (got string)
    "abc".a  ===! syntax 7 type string has no field a
    5 .a  ===! syntax 3 unexpected token .
    "a" + 1  ===! syntax 5 invalid operation: + (mismatched types string and int)
    "a" * 2  ===! syntax 5 invalid operation: * (mismatched types string and int)
    """##
}
