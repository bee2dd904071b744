extension ConditionCase {
  static let functions2 = ##"""
    [1] + [2]  ===! syntax 5 invalid operation: + (mismatched types []int and []int)
    true + 1  ===! syntax 6 invalid operation: + (mismatched types bool and int)
    true && 1  ===! syntax 6 invalid operation: && (mismatched types bool and int)
    !1  ===! syntax 1 invalid operation: ! (mismatched type int)
    !nil  ===! syntax 1 invalid operation: ! (mismatched type nil)
    -"a"  ===! syntax 1 invalid operation: - (mismatched type string)
    +true  ===! syntax 1 invalid operation: + (mismatched type bool)
    1 == "1"  ===! syntax 3 invalid operation: == (mismatched types int and string)
    nil == 1  ===> false
    nil == nil  ===> true
    1 != nil  ===> true
    [1] == nil  ===> false
    "a" < "b"  ===> true
    "a" < 1  ===! syntax 5 invalid operation: < (mismatched types string and int)
    nil < 1  ===! syntax 5 invalid operation: < (mismatched types nil and int)
    true < false  ===! syntax 6 invalid operation: < (mismatched types bool and bool)
    [1] < [2]  ===! syntax 5 invalid operation: < (mismatched types []int and []int)
    "a" contains "a"  ===> true
    1 contains "a"  ===! syntax 3 invalid operation: contains (mismatched types int and string)
    "a" startsWith nil  ===! syntax 5 invalid operation: startsWith (mismatched types string and nil)
    nil matches "a"  ===! syntax 5 invalid operation: matches (mismatched types nil and string)
    1..2.5  ===! syntax 2 invalid operation: .. (mismatched types int and float64)
    3..1  ===> []
    1 .. 3  ===> [1,2,3]
    2 ^ 3 ^ 2  ===> 512
    -2 ^ 2  ===> -4
    2 ** 3 ** 2  ===> 512
    2 * 3 ** 2  ===> 18
    10 - 2 - 3  ===> 5
    10 % 4 * 2  ===> 4
    not true or true  ===> true
    not true == false  ===> true
    !true == false  ===> true
    not 1 == 2  ===! syntax 1 invalid operation: ! (mismatched type int)
    1 in [1] and true  ===> true
    1 + 2 in [3]  ===> true
    true ? false ? 1 : 2 : 3  ===> 2
    1 > 0 ? 1 : 0 > 1 ? 5 : 6  ===> 1
    "a" not contains "b"  ===> true
    not "a" contains "b"  ===! syntax 1 invalid operation: ! (mismatched type string)
    true and not false  ===> true
    true or false and false  ===> true
    1..3 == [1,2,3]  ===> true
    1 + 1..3 + 1  ===> [2,3,4]
    [1,2,3] | len  ===! syntax 13 expected ( but found end of the expression
    [1,2,3] | len()  ===> 3
    [1,2,3] | len() + 1  ===> 4
    1 | string() + "a"  ===> "1a"
    -1 | abs()  ===> 1
    -(1) | abs()  ===> 1
    "a" | upper() == "A"  ===> true
    "abc" | split("") | join("-")  ===> "a-b-c"
    """##
}
