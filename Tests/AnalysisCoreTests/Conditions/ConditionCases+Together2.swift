extension ConditionCase {
  static let together2 = ##"""
    [1,2,3][-9:2]  ===> [1,2]
    [][0]  ===! evaluation 3 index out of range: 0 (array length is 0)
    [1][-2]  ===! evaluation 4 index out of range: -2 (array length is 1)
    [1,2,3][1:2][0]  ===> 2
    {a: [1,2]}.a[1]  ===> 2
    {"a.b": 1}["a.b"]  ===> 1
    {a: {}}.a.b  ===> null
    {a: {}}.a.b?.c  ===> null
    {a: 1}?.b?.c?.d  ===> null
    {a: nil}.a ?? 5  ===> 5
    {a: 0}.a ?? 5  ===> 0
    [nil][0] ?? "z"  ===> "z"
    1 < 2 and 2 < 3  ===> true
    1 < 2 <= 2 < 3  ===> true
    3 > 2 >= 2 > 1  ===> true
    1 < 3 < 2  ===> false
    5 in 1..10 ? "in" : "out"  ===> "in"
    "a" < "B"  ===> false
    "" < "a"  ===> true
    "abc" < "abd"  ===> true
    2 ** 0.5 > 1.41  ===> true
    10 ** -2  ===> 0.01
    0 ** 0  ===> 1
    (-8) ** 2  ===> 64
    -8 ** 2  ===> -64
    2 ** 10 % 1000  ===! syntax 9 invalid operation: % (mismatched types float64 and int)
    7 % 3 ** 1  ===! syntax 3 invalid operation: % (mismatched types int and float64)
    1e3 == 1000  ===> true
    0x10 + 0b11 + 0o17  ===> 34
    1_000_000 / 1_000  ===> 1000
    .5 + .5  ===> 1
    1 - -1  ===> 2
    1--1  ===> 2
    1+-1  ===> 0
    2*-2  ===> -4
    !false && !false  ===> true
    not (true and false)  ===> true
    not true and false  ===> false
    true or true and false  ===> true
    false and false or true  ===> true
    true ? 1 : false ? 2 : 3  ===> 1
    false ? 1 : false ? 2 : 3  ===> 3
    true ? "a" : 1  ===> "a"
    (true ? 1 : 2) + 1  ===> 2
    nil ?? "a"  ===> "a"
    nil == nil ?? false  ===> false
    "a" + ("b" ?? "c")  ===> "ab"
    [1, 2, 3] == [1, 2, 3]  ===> true
    [1, 2] == [2, 1]  ===> false
    [1, 2] != [1, 2, 3]  ===> true
    {a: 1} == {a: 1}  ===> true
    {a: 1} == {a: 2}  ===> false
    {a: 1} != {b: 1}  ===> true
    [] == []  ===> true
    {} == {}  ===> true
    [nil] == [nil]  ===> true
    "a" == 'a'  ===> true
    `a` == "a"  ===> true
    1 == true  ===! syntax 3 invalid operation: == (mismatched types int and bool)
    true == false  ===> false
    [1] == 1  ===! syntax 5 invalid operation: == (mismatched types []int and int)
    {a: 1} == [1]  ===! syntax 8 invalid operation: == (mismatched types map[string]interface {} and []int)
    /* c */ 1 /* d */ + 1 // e  ===> 2
    1 // + 1  ===> 1
    'a"b'  ===> "a\"b"
    "a'b"  ===> "a'b"
    "\\"  ===> "\\"
    "\t\n\r"  ===> "\t\n\r"
    `\t`  ===> "\\t"
    "\x41"  ===> "A"
    "\101"  ===> "A"
    "\u0041"  ===> "A"
    ""  ===> ""
    ''  ===> ""
    `a"b'c`  ===> "a\"b'c"
    "unterminated  ===! syntax 1 unclosed string
    'a  ===! syntax 1 unclosed string
    `a  ===! syntax 1 unclosed string
    1 +* 2  ===! syntax 4 unexpected token *
    1 + + 2  ===> 3
    * 2  ===! syntax 1 unexpected token *
    )  ===! syntax 1 unexpected token )
    (  ===! syntax 1 unexpected end of the expression
    ()  ===! syntax 2 unexpected token )
    (1  ===! syntax 2 expected ) but found end of the expression
    [1  ===! syntax 2 expected , but found end of the expression
    {a  ===! syntax 2 expected : but found end of the expression
    {a:  ===! syntax 3 unexpected end of the expression
    {a: 1  ===! syntax 5 expected , but found end of the expression
    [1 2]  ===! syntax 4 expected , but found 2
    {a: 1 b: 2}  ===! syntax 7 expected , but found b
    a b  ===! syntax 3 unexpected token b
    1 2  ===! syntax 3 unexpected token 2
    1,2  ===! syntax 2 unexpected token ,
    let  ===! syntax 3 expected a name but found end of the expression
    let x  ===! syntax 5 expected = but found end of the expression
    let x =  ===! syntax 7 unexpected end of the expression
    let x = 1;   ===! syntax 11 unexpected end of the expression
    let 1 = 2; 3  ===! syntax 5 expected a name but found 1
    let x 1; 2  ===! syntax 7 expected = but found 1
    let not = 1; 2  ===! syntax 5 expected a name but found not
    if  ===! syntax 2 unexpected end of the expression
    if true  ===! syntax 7 expected { but found end of the expression
    if true { 1 } else  ===! syntax 18 expected { but found end of the expression
    if true { } else { 2 }  ===! syntax 11 unexpected token }
    if 1 { 2 } else { 3 }  ===! syntax 4 non-bool expression (type int) used as condition
    1 ? 2 : 3  ===! syntax 1 non-bool expression (type int) used as condition
    true ? 1  ===! syntax 8 expected : but found end of the expression
    true ? 1 :  ===! syntax 10 unexpected end of the expression
    true ? : 2  ===> true
    1 ??   ===! syntax 5 unexpected end of the expression
    ? 1  ===! syntax 1 unexpected token ?
    :: 1  ===! syntax 4 unexpected token 1
    ::nope(1)  ===! syntax 3 unknown function nope
    nope(1)  ===! syntax 1 unknown function nope
    1 | 2  ===! syntax 5 expected a function but found 2
    1 | nope()  ===! syntax 5 unknown function nope
    1 | len  ===! syntax 7 expected ( but found end of the expression
    "a" | upper  ===! syntax 11 expected ( but found end of the expression
    .a  ===! syntax 1 cannot use pointer accessor outside closure
    #acc  ===! syntax 1 cannot use pointer accessor outside closure
    map(1..3)  ===! syntax 9 not enough arguments to call map
    map(1..3, )  ===! syntax 9 not enough arguments to call map
    map()  ===! syntax 5 not enough arguments to call map
    filter(1..3, "a")  ===! syntax 14 predicate should return boolean (got string)
    reduce(1..3)  ===! syntax 12 not enough arguments to call reduce
    sortBy([1])  ===! syntax 11 not enough arguments to call sortBy
    len(1, 2)  ===! syntax 1 too many arguments to call len
    len()  ===! syntax 1 not enough arguments to call len
    upper()  ===! syntax 1 not enough arguments to call upper
    upper("a", "b")  ===! syntax 1 too many arguments to call upper
    upper(1)  ===! syntax 7 cannot use int as argument (type string) to call upper
    upper(nil)  ===! syntax 7 cannot use nil as argument (type string) to call upper
    split("a")  ===! syntax 1 not enough arguments to call split
    split("a", 1)  ===! syntax 12 cannot use int as argument (type string) to call split
    split("a", "b", "c")  ===! syntax 17 cannot use string as argument (type int) to call split
    replace("a", "b")  ===! syntax 1 not enough arguments to call replace
    repeat("a", "b")  ===! syntax 13 cannot use string as argument (type int) to call repeat
    repeat(1, 2)  ===! syntax 8 cannot use int as argument (type string) to call repeat
    trim(1)  ===! syntax 6 cannot use int as argument (type string) to call trim
    trim("a", 1)  ===! syntax 11 cannot use int as argument (type string) to call trim
    indexOf("a", 1)  ===! syntax 14 cannot use int as argument (type string) to call indexOf
    join("a")  ===! syntax 1 invalid argument for join (type string)
    join([1], 1)  ===! syntax 11 cannot use int as argument (type string) to call join
    int([1])  ===! syntax 1 invalid argument for int (type []int)
    int(nil)  ===! syntax 1 invalid argument for int (type nil)
    float([])  ===! syntax 1 invalid argument for float (type []interface {})
    abs("x")  ===! syntax 1 invalid argument for abs (type string)
    ceil("x")  ===! syntax 1 invalid argument for ceil (type string)
    round(nil)  ===! syntax 1 invalid argument for round (type nil)
    max("a", 1)  ===! syntax 1 invalid argument for max (type string)
    max(1, "a")  ===! syntax 1 invalid argument for max (type string)
    mean("a")  ===! syntax 1 invalid argument for mean (type string)
    median([1, "a"])  ===! evaluation 1 invalid argument for median (type string)
    sum("a")  ===! syntax 5 builtin sum takes only array (got string)
    sum(1)  ===! syntax 5 builtin sum takes only array (got int)
    keys([1])  ===! syntax 1 invalid argument for keys (type []int)
    values("a")  ===! syntax 1 invalid argument for values (type string)
    toPairs([1])  ===! syntax 1 invalid argument for toPairs (type []int)
    fromPairs({a: 1})  ===! syntax 1 invalid argument for fromPairs (type map[string]interface {})
    fromPairs([1])  ===! evaluation 1 invalid pair (type int)
    fromPairs([[1]])  ===! evaluation 1 invalid pair (type []interface {})
    first(1)  ===! syntax 1 invalid argument for first (type int)
    last("a")  ===! syntax 1 invalid argument for last (type string)
    take(1, 2)  ===! syntax 1 invalid argument for take (type int)
    take([1], "a")  ===! syntax 11 cannot use string as argument (type int) to call take
    reverse(1)  ===! syntax 1 invalid argument for reverse (type int)
    sort(1)  ===! syntax 1 invalid argument for sort (type int)
    uniq("a")  ===! syntax 1 invalid argument for uniq (type string)
    flatten("a")  ===! syntax 1 invalid argument for flatten (type string)
    """##
}
