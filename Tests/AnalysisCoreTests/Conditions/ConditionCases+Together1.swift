extension ConditionCase {
  static let together1 = ##"""
    x + 1  <=== {"x": 1}  ===> 2
    x + 0.5  <=== {"x": 1}  ===> 1.5
    x / y  <=== {"x": 1, "y": 4.0}  ===> 0.25
    x > 0.95  <=== {"x": 0.97}  ===> true
    x == "a"  <=== {"x": "a"}  ===> true
    x && !y  <=== {"x": true, "y": false}  ===> true
    x ? "yes" : "no"  <=== {"x": true}  ===> "yes"
    upper(x)  <=== {"x": "abc"}  ===> "ABC"
    x in ["a", "b"]  <=== {"x": "b"}  ===> true
    x matches "^v[0-9]+"  <=== {"x": "v12"}  ===> true
    x % 2 == 0  <=== {"x": 4}  ===> true
    x + y  <=== {"x": "a", "y": 1}  ===! syntax 3 invalid operation: + (mismatched types string and int)
    x.y  <=== {"x": 1}  ===! syntax 3 type int has no field y
    x[0]  <=== {"x": 1}  ===! syntax 2 type int[int] is undefined
    len(x)  <=== {"x": 5}  ===! syntax 1 invalid argument for len (type int)
    x()  <=== {"x": 5}  ===! syntax 1 unknown function x
    y  <=== {"x": 5}  ===! syntax 1 unknown name y
    x ?? 1  <=== {"x": 5}  ===> 5
    x == nil  <=== {"x": 5}  ===> false
    x..3  <=== {"x": 1}  ===> [1,2,3]
    [1,2,3][x]  <=== {"x": 1}  ===> 2
    let y = x * 2; y + 1  <=== {"x": 5}  ===> 11
    let z = "a" + x; z + z  <=== {"x": "b"}  ===> "abab"
    string(x) + "%"  <=== {"x": 95}  ===> "95%"
    round(x * 100) / 100  <=== {"x": 0.98765}  ===> 0.99
    abs(x - y) < 0.01  <=== {"x": 0.5, "y": 0.505}  ===> true
    int(x)  <=== {"x": "42"}  ===> 42
    float(x) > 0.9  <=== {"x": "0.95"}  ===> true
    x contains "err" or x endsWith "!"  <=== {"x": "no error"}  ===> true
    x not in 1..5  <=== {"x": 9}  ===> true
    -x  <=== {"x": 5}  ===> -5
    !x  <=== {"x": 5}  ===! syntax 1 invalid operation: ! (mismatched type int)
    not x  <=== {"x": true}  ===> false
    max(x, y)  <=== {"x": 1, "y": 2.5}  ===> 2.5
    $env["x"] + 1  <=== {"x": 1}  ===> 2
    $env?.nope ?? "none"  <=== {"x": 1}  ===> "none"
    "x" in $env  <=== {"x": 1}  ===> true
    let fromEnv = $env; fromEnv.x  <=== {"x": 1}  ===> 1
    "abc" | upper() | lower() | len()  ===> 3
    let a = [1, 2, 3]; let b = map(a, # * 2); sum(b) - sum(a)  ===> 6
    let a = {x: {y: [1, {z: 5}]}}; a.x.y[1].z  ===> 5
    let m = {a: 1, b: 2}; keys(m) | map(m[#]) | sum()  ===> 3
    let s = "a-b-c"; split(s, "-") | reverse() | join("+")  ===> "c+b+a"
    if len("abc") > 2 { "long" } else { "short" }  ===> "long"
    if false { 1 } else if false { 2 } else { let x = 3; x * x }  ===> 9
    filter([{n: "a", v: 1}, {n: "b", v: 5}], .v > 2) | map(.n) | first()  ===> "b"
    all([{v: 1}, {v: 2}], {.v > 0 and .v < 3})  ===> true
    map(1..3, {let d = # * 2; d + 1})  ===> [3,5,7]
    map([[1, 2], [3]], len(#))  ===> [2,1]
    map([[1, 2], [3]], map(#, # + 1))  ===> [[2,3],[4]]
    filter([1, nil, 2], # != nil)  ===> [1,2]
    sum(filter([1, 2, 3, 4], # % 2 == 0), # * 10)  ===> 60
    reduce([3, 1, 2], # > #acc ? # : #acc)  ===> 3
    reduce(["x", "y"], #acc + string(#index) + #, "")  ===> "0x1y"
    groupBy([{t: "a", v: 1}, {t: "b", v: 2}, {t: "a", v: 3}], .t).a | map(.v)  ===> [1,3]
    groupBy(["a", "bb", "cc"], len(#))[2]  ===> ["bb","cc"]
    sortBy([{n: "b"}, {n: "a"}], .n) | map(.n)  ===> ["a","b"]
    sortBy(["bb", "a", "ccc"], len(#), "desc")  ===> ["ccc","bb","a"]
    count([1, 2, 3], # > 1) / 3.0  ===> 0.6666666666666666
    find([{id: 1}, {id: 2}], .id == 2)?.id  ===> 2
    find([{id: 1}], .id == 9)?.id  ===> null
    findIndex(["a", "b"], # == "b")  ===> 1
    any([], true)  ===> false
    one([], true)  ===> false
    none([], true)  ===> true
    uniq([1, 2, 1, "1", nil, nil])  ===> [1,2,"1",null]
    flatten([[1, [2, [3, [4]]]], 5])  ===> [1,2,3,4,5]
    concat([1], [2, 3], [])  ===> [1,2,3]
    concat(["a"], [1])  ===> ["a",1]
    toPairs({b: 2, a: 1}) | map(#[0]) | sort()  ===> ["a","b"]
    fromPairs([["a", 1], ["b", 2]]).b  ===> 2
    fromPairs([["a", 1], ["a", 2]]).a  ===> 2
    get({a: {b: 1}}, "a").b  ===> 1
    get([1, 2, 3], -1)  ===> 3
    get(nil, "a")  ===! syntax 5 type nil does not support indexing
    last(1..5)  ===> 5
    first(1..5)  ===> 1
    take(1..5, 2)  ===> [1,2]
    take([], 3)  ===> []
    mean([1, 2, 3, 4])  ===> 2.5
    median([1, 2, 3, 4])  ===> 2.5
    min([3, 1, 2])  ===> 1
    max([3.5, 1, 2])  ===> 3.5
    min(2, [1, 3])  ===> 1
    sum([0.1, 0.2])  ===> 0.30000000000000004
    sum(1..100)  ===> 5050
    floor(-0.5)  ===> -1
    ceil(-0.5)  ===> -0
    round(0.5)  ===> 1
    round(-0.5)  ===> -1
    round(1.49999)  ===> 1
    abs(0)  ===> 0
    int("-7")  ===> -7
    int("007")  ===> 7
    float("-0.5")  ===> -0.5
    float(".5")  ===> 0.5
    float("5.")  ===> 5
    string(-0.5)  ===> "-0.5"
    string([[1], []])  ===> "[[1] []]"
    string({})  ===> "map[]"
    string([nil, true])  ===> "[\u003cnil\u003e true]"
    type([1][0])  ===> "int"
    type({a: 1}.a)  ===> "int"
    type("a"[0:1])  ===> "string"
    type(1..2)  ===> "array"
    type(true)  ===> "bool"
    type(1 > 0)  ===> "bool"
    toJSON([1, "a", nil, true, {b: 2.5}])  ===> "[\n  1,\n  \"a\",\n  null,\n  true,\n  {\n    \"b\": 2.5\n  }\n]"
    toJSON("é\n\"\\")  ===> "\"é\\n\\\"\\\\\""
    toJSON(1.0)  ===> "1"
    toJSON(nil)  ===> "null"
    fromJSON("{\"a\": [1, 2]}").a[1]  ===> 2
    fromJSON("\"x\"")  ===> "x"
    fromJSON("true")  ===> true
    fromJSON("")  ===! evaluation 1 invalid JSON at byte 0: unexpected end
    fromJSON("{")  ===! evaluation 1 invalid JSON at byte 1: expected a field name
    toBase64("")  ===> ""
    toBase64("é")  ===> "w6k="
    fromBase64("w6k=")  ===> "é"
    fromBase64("YQ==")  ===> "a"
    fromBase64("YWI=")  ===> "ab"
    fromBase64("YQ")  ===! evaluation 1 illegal base64 data
    trim("\t a \n")  ===> "a"
    trim("abcba", "ab")  ===> "c"
    trimPrefix("v1.2", "v")  ===> "1.2"
    trimPrefix("1.2", "v")  ===> "1.2"
    trimSuffix("a.yaml", ".yaml")  ===> "a"
    trimSuffix("a ")  ===> "a"
    split("", ",")  ===> [""]
    split("a", "")  ===> ["a"]
    split("", "")  ===> []
    split("a,b", ",", 1)  ===> ["a,b"]
    split("a,b,c", ",", -1)  ===> ["a","b","c"]
    splitAfter("abc", "")  ===> ["a","b","c"]
    splitAfter("a,b", ",", 1)  ===> ["a,b"]
    replace("abab", "b", "")  ===> "aa"
    replace("abab", "ab", "x", 1)  ===> "xab"
    replace("abab", "ab", "x", -1)  ===> "xx"
    replace("abc", "", "-", 2)  ===> "-a-bc"
    repeat("", 5)  ===> ""
    repeat("ab", 2)  ===> "abab"
    indexOf("", "")  ===> 0
    indexOf("abc", "")  ===> 0
    lastIndexOf("abc", "")  ===> 3
    lastIndexOf("abc", "z")  ===> -1
    hasPrefix("abc", "")  ===> true
    upper("straße")  ===> "STRAßE"
    lower("ÀÉ")  ===> "àé"
    join([], ",")  ===> ""
    join(["a"], ",")  ===> "a"
    bitand(0xFF, 0x0F)  ===> 15
    bitor(0b1010, 0b0101)  ===> 15
    bitxor(5, -1)  ===> -6
    bitnot(0)  ===> -1
    bitshr(-1, 70)  ===> -1
    bitushr(-1, 63)  ===> 1
    bitushr(1, 64)  ===> 0
    bitshl(-1, 63)  ===> -9223372036854775808
    keys({})  ===> []
    values({})  ===> []
    len("")  ===> 0
    len([])  ===> 0
    len({})  ===> 0
    len("日本")  ===> 2
    "日本"[0:3]  ===> "日"
    "日本"[3:]  ===> "本"
    "abc"[1:1]  ===> ""
    "abc"[-2:-1]  ===> "b"
    "abc"[-9:2]  ===> "ab"
    "abc"[2:9]  ===> "c"
    """##
}
