package symbolic

import (
	"math"

	"assay/modules/syntax"
)

// numberPrims are the functions on numbers.
var numberPrims = map[string]*primSpec{
	"add":      {arity: 2, run: calculate(func(ev *Evaluator, at Place, l, r Value) Value { return ev.arithmetic(at, syntax.OpAdd, l, r) })},
	"sub":      {arity: 2, run: calculate(func(ev *Evaluator, at Place, l, r Value) Value { return ev.arithmetic(at, syntax.OpSub, l, r) })},
	"mul":      {arity: 2, run: calculate(func(ev *Evaluator, at Place, l, r Value) Value { return ev.arithmetic(at, syntax.OpMul, l, r) })},
	"div":      {arity: 2, run: calculate(func(ev *Evaluator, at Place, l, r Value) Value { return ev.arithmetic(at, syntax.OpDiv, l, r) })},
	"lessThan": {arity: 2, run: calculate(func(ev *Evaluator, at Place, l, r Value) Value { return ev.compare(at, syntax.OpLess, l, r) })},
	"bitAnd":   {arity: 2, run: bits(func(a, b int64) int64 { return a & b })},
	"bitOr":    {arity: 2, run: bits(func(a, b int64) int64 { return a | b })},
	"bitXor":   {arity: 2, run: bits(func(a, b int64) int64 { return a ^ b })},
	"ceil":     {arity: 1, run: rounded(math.Ceil)},
	"floor":    {arity: 1, run: rounded(math.Floor)},
}

func calculate(f func(ev *Evaluator, at Place, l, r Value) Value) func(*Evaluator, Place, []*Thunk) Value {
	return func(ev *Evaluator, at Place, a []*Thunk) Value { return f(ev, at, ev.force(a[0]), ev.force(a[1])) }
}

func bits(f func(a, b int64) int64) func(*Evaluator, Place, []*Thunk) Value {
	return func(ev *Evaluator, at Place, a []*Thunk) Value {
		l, ok := ev.intArg(a[0])
		if !ok {
			return ev.wrong(at, a[0], "an integer")
		}
		r, ok := ev.intArg(a[1])
		if !ok {
			return ev.wrong(at, a[1], "an integer")
		}
		return Int{at, f(l, r)}
	}
}

func rounded(f func(float64) float64) func(*Evaluator, Place, []*Thunk) Value {
	return func(ev *Evaluator, at Place, a []*Thunk) Value {
		v := ev.force(a[0])
		if n, ok := v.(Int); ok {
			return Int{at, n.N}
		}
		x, ok := v.(Float)
		if !ok {
			return ev.wrong(at, a[0], "a number")
		}
		n := f(x.F)
		if math.IsNaN(n) || math.Abs(n) >= 1<<53 {
			return &Unknown{Place: at, Why: "the number is too large to round"}
		}
		return Int{at, int64(n)}
	}
}
