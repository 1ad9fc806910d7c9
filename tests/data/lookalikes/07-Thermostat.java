package home.heating;

/**
 * Keeps a room near the wanted temperature.
 * Note: call tick() once a minute.
 */
public class Thermostat {

    enum Mode { OFF, HEAT, HOLD }

    private Mode mode = Mode.OFF;
    private final double wanted;

    public Thermostat(double wanted) {
        this.wanted = wanted;
    }

    public String tick(double now) {
        switch (mode) {
            case OFF:
                mode = now < wanted ? Mode.HEAT : Mode.HOLD;
                break;
            case HEAT:
                if (now >= wanted) mode = Mode.HOLD;
                break;
            case HOLD:
                if (now < wanted - 0.5) mode = Mode.HEAT;
                break;
            default:
                throw new IllegalStateException("mode: " + mode);
        }
        return mode.name();
    }
}
