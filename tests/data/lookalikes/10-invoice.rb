require "date"

# Invoice with a due date and a few lines
class Invoice
  Line = Struct.new(:text, :amount, keyword_init: true)

  attr_reader :number, :lines

  def initialize(number:, date: Date.today, terms: 14)
    @number = number
    @date = date
    @terms = terms
    @lines = []
  end

  def add(text, amount)
    @lines << Line.new(text: text, amount: amount)
    self
  end

  def due = @date + @terms

  def to_s
    out = ["Invoice: #{number}", "Due: #{due}"]
    lines.each { |l| out << "#{l.text}: #{l.amount}" }
    out << "Total: #{lines.sum(&:amount)}"
    out.join("\n")
  end
end
