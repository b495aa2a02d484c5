;; Sums of exponentials over a row of float32 logits, four at a time. simd-logsumexp.ts holds the assembled bytes; its test
;; assembles this file again and compares. The host pads a row with -3e38 up to whole vectors and grows the memory.
(module
  ;; The largest of the floats from $at to $end, at least one vector.
  (func (export "max") (param $at i32) (param $end i32) (result f32)
    (local $best v128)
    (local.set $best (v128.const f32x4 -3.00000001e+38 -3.00000001e+38 -3.00000001e+38 -3.00000001e+38))
    (loop $next
      (local.set $best (f32x4.pmax (local.get $best) (v128.load (local.get $at))))
      (br_if $next
        (i32.lt_u
          (local.tee $at (i32.add (local.get $at) (i32.const 16)))
          (local.get $end))))
    ;; Of the four lanes, by f32.max, which keeps a NaN.
    (f32.max
      (f32x4.extract_lane 0 (local.get $best))
      (f32.max
        (f32x4.extract_lane 1 (local.get $best))
        (f32.max
          (f32x4.extract_lane 2 (local.get $best))
          (f32x4.extract_lane 3 (local.get $best))))))

  ;; The sum of exp(x - top) over the same floats, in float64: 2^(n + r) for (x - top) * log2(e) = n + r.
  (func (export "sum") (param $at i32) (param $end i32) (param $top f32) (result f64)
    (local $tops v128) (local $rounded v128) (local $term v128) (local $sum v128)
    (local.set $tops (f32x4.splat (local.get $top)))
    (loop $next
      ;; 2^-120 of the largest term is nothing in a sum of a vocabulary, and far from the end of float32's exponents.
      (local.set $term
        (f32x4.pmax
          (f32x4.mul
            (f32x4.sub (v128.load (local.get $at)) (local.get $tops))
            (v128.const f32x4 1.44269502 1.44269502 1.44269502 1.44269502))
          (v128.const f32x4 -120 -120 -120 -120)))
      ;; Adding 1.5 * 2^23 rounds to the nearest whole number n, and leaves it in the low bits.
      (local.set $rounded
        (f32x4.add (local.get $term) (v128.const f32x4 12582912 12582912 12582912 12582912)))
      (local.set $term
        (f32x4.sub
          (local.get $term)
          (f32x4.sub (local.get $rounded) (v128.const f32x4 12582912 12582912 12582912 12582912))))
      ;; Taylor series of 2^r at 0 by Horner's rule, ln(2)^k / k! from k = 6; for |r| <= 1/2 the next term is below 1.2e-7.
      (v128.const f32x4 0.000154035297 0.000154035297 0.000154035297 0.000154035297)
      (f32x4.mul (local.get $term))
      (f32x4.add (v128.const f32x4 0.00133335579 0.00133335579 0.00133335579 0.00133335579))
      (f32x4.mul (local.get $term))
      (f32x4.add (v128.const f32x4 0.00961812865 0.00961812865 0.00961812865 0.00961812865))
      (f32x4.mul (local.get $term))
      (f32x4.add (v128.const f32x4 0.0555041097 0.0555041097 0.0555041097 0.0555041097))
      (f32x4.mul (local.get $term))
      (f32x4.add (v128.const f32x4 0.240226507 0.240226507 0.240226507 0.240226507))
      (f32x4.mul (local.get $term))
      (f32x4.add (v128.const f32x4 0.693147182 0.693147182 0.693147182 0.693147182))
      (f32x4.mul (local.get $term))
      (f32x4.add (v128.const f32x4 1 1 1 1))
      ;; n moved to the exponent's place and added: times 2^n.
      (i32x4.add (i32x4.shl (local.get $rounded) (i32.const 23)))
      (local.set $term)
      (local.set $sum
        (f64x2.add
          (local.get $sum)
          (f64x2.add
            (f64x2.promote_low_f32x4 (local.get $term))
            (f64x2.promote_low_f32x4
              (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7
                (local.get $term)
                (local.get $term))))))
      (br_if $next
        (i32.lt_u
          (local.tee $at (i32.add (local.get $at) (i32.const 16)))
          (local.get $end))))
    (f64.add
      (f64x2.extract_lane 0 (local.get $sum))
      (f64x2.extract_lane 1 (local.get $sum))))

  (memory (export "mem") 1))
