extension ConditionCase {
  static let together3 = ##"""
    concat([1], 2)  ===! syntax 1 invalid argument for concat (type int)
    get(1, 2)  ===! syntax 5 type int does not support indexing
    get({a: 1}, 1)  ===! syntax 13 cannot use int to get an element from a map
    bitand(1, "a")  ===! syntax 11 cannot use string as argument (type int) to call bitand
    bitnot("a")  ===! syntax 8 cannot use string as argument (type int) to call bitnot
    bitand(1)  ===! syntax 1 not enough arguments to call bitand
    duration(1)  ===! syntax 10 cannot use int as argument (type string) to call duration
    duration("1 h")  ===! evaluation 1 time: invalid duration "1 h"
    date(1)  ===! syntax 1 invalid argument for date (type int)
    date("2023-01-01", 1)  ===! syntax 20 cannot use int as argument (type string) to call date
    date()  ===! syntax 1 not enough arguments to call date
    timezone(1)  ===! syntax 10 cannot use int as argument (type string) to call timezone
    timezone("../etc/passwd")  ===! evaluation 1 unknown time zone ../etc/passwd
    timezone("/etc/localtime")  ===! evaluation 1 unknown time zone /etc/localtime
    now(1)  ===! syntax 1 invalid argument for now (type int)
    toBase64(1)  ===! syntax 10 cannot use int as argument (type string) to call toBase64
    fromBase64(1)  ===! syntax 12 cannot use int as argument (type string) to call fromBase64
    fromJSON(1)  ===! syntax 10 cannot use int as argument (type string) to call fromJSON
    toJSON()  ===! syntax 1 not enough arguments to call toJSON
    type()  ===! syntax 1 not enough arguments to call type
    string()  ===! syntax 1 not enough arguments to call string
    "a" - "b"  ===! syntax 5 invalid operation: - (mismatched types string and string)
    "a" / 2  ===! syntax 5 invalid operation: / (mismatched types string and int)
    1 % 2.0  ===! syntax 3 invalid operation: % (mismatched types int and float64)
    true % 2  ===! syntax 6 invalid operation: % (mismatched types bool and int)
    nil + 1  ===! syntax 5 invalid operation: + (mismatched types nil and int)
    nil + nil  ===! syntax 5 invalid operation: + (mismatched types nil and nil)
    [1] - [1]  ===! syntax 5 invalid operation: - (mismatched types []int and []int)
    {} + {}  ===! syntax 4 invalid operation: + (mismatched types map[string]interface {} and map[string]interface {})
    -true  ===! syntax 1 invalid operation: - (mismatched type bool)
    -nil  ===! syntax 1 invalid operation: - (mismatched type nil)
    !"a"  ===! syntax 1 invalid operation: ! (mismatched type string)
    not nil  ===! syntax 1 invalid operation: ! (mismatched type nil)
    1 and true  ===! syntax 3 invalid operation: && (mismatched types int and bool)
    true or "a"  ===! syntax 6 invalid operation: || (mismatched types bool and string)
    nil and true  ===! syntax 5 invalid operation: && (mismatched types nil and bool)
    1 in 1  ===! syntax 3 invalid operation: in (mismatched types int and int)
    1 in "a"  ===! syntax 3 invalid operation: in (mismatched types int and string)
    true in [1]  ===! syntax 6 cannot use bool as type int in array
    {a: 1} in ["a"]  ===! syntax 8 cannot use map[string]interface {} as type string in array
    1 .. "a"  ===! syntax 3 invalid operation: .. (mismatched types int and string)
    "a".."b"  ===! syntax 4 invalid operation: .. (mismatched types string and string)
    nil..1  ===! syntax 4 invalid operation: .. (mismatched types nil and int)
    1 contains 1  ===! syntax 3 invalid operation: contains (mismatched types int and int)
    "a" contains 1  ===! syntax 5 invalid operation: contains (mismatched types string and int)
    "a" startsWith 1  ===! syntax 5 invalid operation: startsWith (mismatched types string and int)
    1 endsWith "a"  ===! syntax 3 invalid operation: endsWith (mismatched types int and string)
    1 matches "a"  ===! syntax 3 invalid operation: matches (mismatched types int and string)
    "a" matches "[0-9"  ===! syntax 5 error parsing regexp: missing closing ] at 5
    "a" == 1  ===! syntax 5 invalid operation: == (mismatched types string and int)
    1 != "a"  ===! syntax 3 invalid operation: != (mismatched types int and string)
    true == 1  ===! syntax 6 invalid operation: == (mismatched types bool and int)
    1 < "a"  ===! syntax 3 invalid operation: < (mismatched types int and string)
    nil > 1  ===! syntax 5 invalid operation: > (mismatched types nil and int)
    true > false  ===! syntax 6 invalid operation: > (mismatched types bool and bool)
    [1] > [0]  ===! syntax 5 invalid operation: > (mismatched types []int and []int)
    {} < {}  ===! syntax 4 invalid operation: < (mismatched types map[string]interface {} and map[string]interface {})
    "a"["b"]  ===! syntax 4 type string has no field b
    "a"[0]  ===! syntax 4 type string[int] is undefined
    [1]["a"]  ===! syntax 5 array elements can only be selected using an integer (got string)
    [1][nil]  ===! syntax 5 array elements can only be selected using an integer (got nil)
    [1].x  ===! syntax 5 array elements can only be selected using an integer (got string)
    {a: 1}[1]  ===! syntax 8 cannot use int to get an element from map[string]interface {}
    1[0]  ===! syntax 2 unexpected token [
    true[0]  ===! syntax 5 unexpected token [
    nil.a  ===! syntax 4 unexpected token .
    nil[0]  ===! syntax 4 unexpected token [
    [1]["a":]  ===! syntax 5 non-integer slice index string
    [1][:1.5]  ===! syntax 6 non-integer slice index float64
    "abc"[true:]  ===! syntax 7 non-integer slice index bool
    1[:2]  ===! syntax 2 unexpected token [
    {a: 1}[:1]  ===! syntax 7 cannot slice map[string]interface {}
    nil[:1]  ===! syntax 4 unexpected token [
    1 not 2  ===! syntax 7 unexpected token 2
    not  ===! syntax 3 unexpected end of the expression
    !  ===! syntax 1 unexpected end of the expression
    -  ===! syntax 1 unexpected end of the expression
    1 !  ===! syntax 3 unexpected token !
    1 not in  ===! syntax 8 unexpected end of the expression
    a.  ===! syntax 2 expected a name but found end of the expression
    1 $ 2  ===! syntax 3 unexpected token $
    1 @ 2  ===! syntax 3 unrecognized character "@"
    1 & 2  ===! syntax 3 unrecognized character "&"
    1 = 2  ===! syntax 3 unexpected token =
    1 === 2  ===! syntax 5 unexpected token =
    1 !== 2  ===! syntax 5 unexpected token =
    1 <> 2  ===! syntax 4 unexpected token >
    1 => 2  ===! syntax 3 unexpected token =
    \  ===! syntax 1 unrecognized character "\\"
    é  ===! syntax 1 unknown name é
    é  <=== {"é": 1}  ===> 1
    x_1  <=== {"x_1": 1}  ===> 1
    _x  <=== {"_x": 1}  ===> 1
    "日本" + 1  ===! syntax 6 invalid operation: + (mismatched types string and int)
    '😀' + 1  ===! syntax 5 invalid operation: + (mismatched types string and int)
    """##
}
