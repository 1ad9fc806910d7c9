module Main where

collatz :: Int -> [Int]
collatz 1 = [1]
collatz n
  | even n = n : collatz (n `div` 2)
  | otherwise = n : collatz (3 * n + 1)

longest :: [Int] -> Int
longest = maximum . map (length . collatz)

main :: IO ()
main = print (longest [1 .. 100])
