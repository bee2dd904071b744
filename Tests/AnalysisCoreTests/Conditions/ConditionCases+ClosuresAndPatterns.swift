extension ConditionCase {
  static let closuresAndPatterns = ##"""
    1 == 2 == false  ===> true
    1 != 2 != true  ===> false
    1 < 2 == true  ===> true
    1 < 2 < 3 == true  ===> true
    1 in [1] == true  ===> true
    1 == 1 in [true]  ===> true
    "a" contains "a" == true  ===> true
    true == true and false  ===> false
    2 ?? 1  ===> 2
    1 > 2 ?? true  ===> false
    -1 ** 2  ===> -1
    -[1][0]  ===> -1
    ![true][0]  ===> false
    -{a: 1}.a  ===> -1
    -len("abc")  ===> -3
    -"3" | int()  ===! syntax 1 invalid operation: - (mismatched type string)
    not true ? 1 : 2  ===> 2
    x  <=== {"x": 1}  ===> 1
    $env.x  <=== {"x": 1}  ===> 1
    let x = 2; x  <=== {"x": 1}  ===! syntax 5 cannot redeclare x
    [1,2,3,4][1:3][0]  ===> 2
    "abc"[:]  ===> "abc"
    [1,2][:][0]  ===> 1
    [[1,2],[3]][0][1]  ===> 2
    1 .. 2 | len()  ===> 2
    {a: 1} | keys()  ===> ["a"]
    [3,1] | sort() | first()  ===> 1
    sum(1..10, # * #)  ===> 385
    all(1..3, {# > 0}) && none(1..3, {# > 5})  ===> true
    filter(1..10, # % 2 == 0) | map(# ** 2)  ===> [4,16,36,64,100]
    map(filter(1..5, # > 2), # + 1)  ===> [4,5,6]
    map([{a: [1,2]}], sum(.a))  ===> [3]
    map([{a: [1,2]}], map(.a, # * 2))  ===> [[2,4]]
    map([{a:1}], .a)  ===> [1]
    map([{a:1}], #.a)  ===> [1]
    map([{a:{b:2}}], .a.b)  ===> [2]
    map([{a:1}], .b)  ===> [null]
    map([nil], .b)  ===! syntax 13 type nil has no field b
    map([nil], #?.b)  ===! syntax 15 type nil has no field b
    filter([{a:1},{a:2}], .a > 1)[0].a  ===> 2
    find([{a:1},{a:2}], .a == 2).a  ===> 2
    count([{a:1},{a:2}], .a > 0)  ===> 2
    any([{a:1}], .a == 1 && true)  ===> true
    groupBy([{a:1},{a:1},{a:2}], .a)[1] | len()  ===> 2
    sum([{a:1},{a:2}], .a)  ===> 3
    sortBy([{a:2,b:"x"},{a:1,b:"y"}], .b)  ===> [{"a":2,"b":"x"},{"a":1,"b":"y"}]
    reduce(1..5, #acc * #, 1)  ===> 120
    reduce(["a","b"], #acc + #)  ===> "ab"
    reduce([[1],[2]], concat(#acc, #))  ===> [1,2]
    map(1..3, #acc)  ===! syntax 11 unknown pointer #acc
    map(1..3, #foo)  ===! syntax 11 unknown pointer #foo
    reduce(1..3, #index)  ===> 2
    "abc" matches "^a.c$"  ===> true
    "abc" matches "A"  ===> false
    "abc" matches "(?i)A"  ===> true
    "a\nb" matches "a.b"  ===> false
    "a\nb" matches "(?s)a.b"  ===> true
    "a\nb" matches "(?m)^b$"  ===> true
    "aaa" matches "^a{3}$"  ===> true
    "aaa" matches "^a{2,}?$"  ===> true
    "é" matches "^\\w$"  ===> false
    "é" matches "\\p{L}"  ===> true
    "é" matches "[[:alpha:]]"  ===> false
    "a" matches "[[:alpha:]]"  ===> true
    "a.b" matches "\\Qa.b\\E"  ===> true
    "α" matches "\\p{Greek}"  ===! syntax 5 error parsing regexp: unknown or unsupported character class: `\p{Greek}` at 10
    "α" matches "\\p{Lu}"  ===> false
    "Α" matches "(?i)α"  ===> true
    "K" matches "(?i)\u212a"  ===> true
    "x" matches "[^a-z]"  ===> false
    "5" matches "\\d"  ===> true
    "ab" matches "a|b|"  ===> true
    "ab" matches "(?P<x>a)(?:b)"  ===> true
    "ab" matches "(?<x>a)"  ===> true
    "a" matches "a**"  ===! syntax 5 error parsing regexp: invalid nested repetition operator at 3
    "a" matches "a*+"  ===! syntax 5 error parsing regexp: invalid nested repetition operator at 3
    "a" matches "(?=a)"  ===! syntax 5 error parsing regexp: invalid or unsupported Perl syntax at 4
    "a" matches "\\1"  ===! syntax 5 error parsing regexp: invalid escape sequence: `\1` at 3
    "a" matches "[z-a]"  ===! syntax 5 error parsing regexp: invalid character class range at 5
    "a" matches "a{1001}"  ===! syntax 5 error parsing regexp: invalid repeat count at 8
    "a" matches "*a"  ===! syntax 5 error parsing regexp: missing argument to repetition operator: `*` at 1
    "a" matches "(a"  ===! syntax 5 error parsing regexp: missing closing ) at 3
    "a" matches "a)"  ===! syntax 5 error parsing regexp: unexpected ) at 2
    "a" matches "[a"  ===! syntax 5 error parsing regexp: missing closing ] at 3
    "a" matches "\\"  ===! syntax 5 error parsing regexp: trailing backslash at end of expression at 2
    "a" matches "\\pN"  ===> false
    "5" matches "\\pN"  ===> true
    "a" matches "\\x61"  ===> true
    "a" matches "\\x{61}"  ===> true
    "a" matches "\\141"  ===> true
    "a" matches "\\a"  ===> false
    "a]" matches "[]a]+$"  ===> true
    "-" matches "[a-]"  ===> true
    "a" matches "(?i:A)b?"  ===> true
    "ab" matches "(?i)A(?-i)b"  ===> true
    "aB" matches "(?i)A(?-i)b"  ===> false
    "a" matches "(?U)a+?"  ===> true
    "" matches ""  ===> true
    "a" matches ""  ===> true
    "b" matches "\\Bb"  ===> false
    "{" matches "{"  ===> true
    "a{,2}" matches "a{,2}"  ===> true
    "x" matches "\\C"  ===! syntax 5 error parsing regexp: invalid escape sequence: `\C` at 3
    "x" matches "\\z"  ===> true
    "x" matches "\\Z"  ===! syntax 5 error parsing regexp: invalid escape sequence: `\Z` at 3
    "ſ" matches "(?i)s"  ===> true
    "a" matches "(?i)[^A]"  ===> false
    "\t" matches "\\s"  ===> true
    "\v" matches "\\s"  ===> false
    "_" matches "\\b_\\b"  ===> true
    "a" matches ("a" + "")  ===> true
    "a" matches 1  ===! syntax 5 invalid operation: matches (mismatched types string and int)
    """##
}
